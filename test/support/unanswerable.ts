/** Questions that the schemas of question-catalogs.ts cannot answer. */
export const unanswerable = {
  shop: `What is the weather in Tokyo tomorrow?
Who won the world cup?
Tell me a joke.
What is the meaning of life?
How do I bake bread?
What is the average shoe size of customers?
Which customers own a dog?
How many customers have a driving licence?
What is the favourite colour of each customer?
Which employees speak Portuguese fluently?
List the passwords of all accounts in the vault.
How many warehouses does the company rent?
What is the carbon footprint of our deliveries?
Which marketing campaign performed best?
What was the click-through rate of the newsletter?
How many website visitors bounced yesterday?
Which suppliers have gone bankrupt recently?
What is the profit margin of our competitors?
Show the browser that visitors prefer.
Which products are vegan and gluten free?
What is the marital status of employees?
How many vacation days are left for each employee?
Which employee has the longest commute?
What is the blood pressure of customers?
How many tweets mention our brand?
Who is the prime minister of Norway?
Translate hello to Spanish.
What is the square root of 144?
Which trucks need an oil change?
How many parking spaces are free?
What is the exchange rate of the dollar to the yen?
Which customers have a loyalty card tier of platinum?
What is the temperature of the freezer?
How many emails bounced in the last campaign?
Which courier lost the most parcels?
What is the return policy?
Predict next quarter's revenue growth.
Is the website down?
Which intern drank all the coffee?
What colour is the sky?`,
  clinic: `Which nurse worked the night shift?
What is the insurance provider of each patient?
How many beds are free in the intensive care ward?
What is the capital of Australia?
Which vaccine causes fever?
How tall is the Eiffel tower?
What is the average heart rate of patients?
Which patients smoke cigarettes?
How many ambulances are on duty?
Show the x-ray images of the left knee.
What is the parking fee at the hospital garage?
Which surgeon uses a robot?
How many calories are in the cafeteria lunch?
What is the cholesterol level of each patient?
Who invented penicillin?
Which janitor cleaned the lobby?
What is the survival rate after surgery?
Which laboratory tests are overdue?
How many visitors came on Sunday?
What is the waiting room temperature?
Which pharmacy delivers at night?
Sing a song about spring.
How many steps did I walk?
What is the bus schedule?
Which patients are allergic to peanuts?
How much does an MRI scan cost?
What is the wifi password?
Which elevator is broken?
How many organ donors are registered?
What is the weight of each baby at birth?`,
  school: `Which bus takes pupils home?
What is the lunch menu on Friday?
How many lockers are broken?
Which parents attended the meeting?
What is the tuition fee for foreigners?
Who painted the Mona Lisa?
How many books are in the library?
Which janitor has the keys to the gym?
What is the height of the basketball hoop?
Which football team won the derby?
How many laptops were stolen?
What is the internet speed in the dormitory?
Which pupils own a bicycle?
What is the postal address of the principal?
How far is the moon?
Which exam was cheated on?
What is the size of the playground?
How many trees grow in the yard?
Which projector needs a new bulb?
What is the budget of the drama club?
Which scholarship pays the most?
How many days of snow are expected?
What is the best pizza in town?
Which alumni became famous actors?
What is the average commute of pupils by train?
Which vending machine is empty?
What is the stock price of Acme?
How many kittens live in the basement?
What is the pollen count today?
Which fire alarm went off?`,
} as const;
