/**
 * Questions about the shop that the embedded translator answers, with the statement that says what is
 * meant; `docs/shop-questions.md` lists them. PostgreSQL's answer to it is right on both engines.
 */
export const shopQuestions: readonly (readonly [question: string, gold: string])[] = [
  ["How many customers are there?", "SELECT count(*) FROM customers"],
  ["List the names of all customers", "SELECT name FROM customers"],
  ["Show the name and price of every product", "SELECT name, price FROM products"],
  ["What are the names of the suppliers?", "SELECT name FROM suppliers"],
  ["Which customers live in Berlin?", "SELECT name FROM customers WHERE city = 'Berlin'"],
  [
    "What are the names of customers from Germany?",
    "SELECT name FROM customers WHERE country = 'Germany'",
  ],
  [
    "How many customers are from Germany?",
    "SELECT count(*) FROM customers WHERE country = 'Germany'",
  ],
  ["What is the email of Ada Lovelace?", "SELECT email FROM customers WHERE name = 'Ada Lovelace'"],
  ["What is the price of the Teapot?", "SELECT price FROM products WHERE name = 'Teapot'"],
  ["Show the products with a price above 20", "SELECT name FROM products WHERE price > 20"],
  ["List the names of products that cost less than 6", "SELECT name FROM products WHERE price < 6"],
  ["Which products have a stock of 0?", "SELECT name FROM products WHERE stock = 0"],
  ["Which products are discontinued?", "SELECT name FROM products WHERE discontinued"],
  [
    "What is the average price of products that are not discontinued?",
    "SELECT avg(price) FROM products WHERE NOT discontinued",
  ],
  ["How many discontinued products are there?", "SELECT count(*) FROM products WHERE discontinued"],
  [
    "What percentage of products are discontinued?",
    "SELECT 100.0 * sum(CASE WHEN discontinued THEN 1 ELSE 0 END) / count(*) FROM products",
  ],
  ["Number of customers by city", "SELECT count(*), city FROM customers GROUP BY city"],
  ["Show the 5 most recent orders", "SELECT * FROM orders ORDER BY order_date DESC LIMIT 5"],
  ["What is the average price of products?", "SELECT avg(price) FROM products"],
  ["What is the highest price of a product?", "SELECT max(price) FROM products"],
  ["What is the total stock of all products?", "SELECT sum(stock) FROM products"],
  [
    "What are the minimum and maximum salary of employees?",
    "SELECT min(salary), max(salary) FROM employees",
  ],
  ["What is the most expensive product?", "SELECT name FROM products ORDER BY price DESC LIMIT 1"],
  ["What is the name of the cheapest product?", "SELECT name FROM products ORDER BY price LIMIT 1"],
  [
    "What are the 3 most expensive products?",
    "SELECT name FROM products ORDER BY price DESC LIMIT 3",
  ],
  [
    "Who is the oldest customer?",
    "SELECT name FROM customers WHERE birth_date IS NOT NULL ORDER BY birth_date LIMIT 1",
  ],
  [
    "Which employee has the highest salary?",
    "SELECT name FROM employees ORDER BY salary DESC LIMIT 1",
  ],
  ["List the names of products sorted by price", "SELECT name FROM products ORDER BY price"],
  ["List the names of customers in alphabetical order", "SELECT name FROM customers ORDER BY name"],
  [
    "Show the names of employees ordered by salary in descending order",
    "SELECT name FROM employees ORDER BY salary DESC",
  ],
  [
    "How many orders does each customer have?",
    "SELECT c.name, count(*) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id, c.name",
  ],
  [
    "How many products are in each category?",
    "SELECT c.name, count(*) FROM categories c JOIN products p ON p.category_id = c.id GROUP BY c.id, c.name",
  ],
  [
    "How many customers are there in each city?",
    "SELECT city, count(*) FROM customers GROUP BY city",
  ],
  [
    "What is the average price of products in each category?",
    "SELECT c.name, avg(p.price) FROM categories c JOIN products p ON p.category_id = c.id GROUP BY c.id, c.name",
  ],
  [
    "Show the number of orders for each status",
    "SELECT status, count(*) FROM orders GROUP BY status",
  ],
  [
    "What is the average salary for each job title?",
    "SELECT job_title, avg(salary) FROM employees GROUP BY job_title",
  ],
  [
    "Which cities have more than one customer?",
    "SELECT city FROM customers GROUP BY city HAVING count(*) > 1",
  ],
  [
    "Which customers have more than 3 orders?",
    "SELECT c.name FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id, c.name HAVING count(*) > 3",
  ],
  ["What are the different countries of the customers?", "SELECT DISTINCT country FROM customers"],
  [
    "How many different cities do the customers live in?",
    "SELECT count(DISTINCT city) FROM customers",
  ],
  [
    "List the names of products in the category Tea",
    "SELECT p.name FROM products p JOIN categories c ON p.category_id = c.id WHERE c.name = 'Tea'",
  ],
  [
    "What are the names of products from the supplier Blue Harbour?",
    "SELECT p.name FROM products p JOIN suppliers s ON p.supplier_id = s.id WHERE s.name = 'Blue Harbour'",
  ],
  [
    "How many orders did Ada Lovelace place?",
    "SELECT count(*) FROM orders o JOIN customers c ON o.customer_id = c.id WHERE c.name = 'Ada Lovelace'",
  ],
  [
    "How many orders have the status pending?",
    "SELECT count(*) FROM orders WHERE status = 'pending'",
  ],
  ["How many orders were shipped?", "SELECT count(*) FROM orders WHERE status = 'shipped'"],
  [
    "What is the total shipping cost of delivered orders?",
    "SELECT sum(shipping_cost) FROM orders WHERE status = 'delivered'",
  ],
  [
    "Which customers have no orders?",
    "SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)",
  ],
  [
    "Which products have never been reviewed?",
    "SELECT name FROM products WHERE id NOT IN (SELECT product_id FROM reviews)",
  ],
  [
    "Which products cost more than the average price?",
    "SELECT name FROM products WHERE price > (SELECT avg(price) FROM products)",
  ],
  [
    "Which employees earn more than the average salary?",
    "SELECT name FROM employees WHERE salary > (SELECT avg(salary) FROM employees)",
  ],
  [
    "What are the names of products with a price between 5 and 10?",
    "SELECT name FROM products WHERE price BETWEEN 5 AND 10",
  ],
  [
    "Which customers have a name that starts with 'P'?",
    "SELECT name FROM customers WHERE name LIKE 'P%'",
  ],
  [
    "How many orders were placed in 2023?",
    "SELECT count(*) FROM orders WHERE order_date >= '2023-01-01' AND order_date < '2024-01-01'",
  ],
  [
    "How many orders were placed after 2024-01-01?",
    "SELECT count(*) FROM orders WHERE order_date > '2024-01-01'",
  ],
  ["Which customers joined before 2023?", "SELECT name FROM customers WHERE joined < '2023-01-01'"],
  [
    "Which customers joined in 2024?",
    "SELECT name FROM customers WHERE joined >= '2024-01-01' AND joined < '2025-01-01'",
  ],
  [
    "What is the average rating of the product Darjeeling?",
    "SELECT avg(r.rating) FROM reviews r JOIN products p ON r.product_id = p.id WHERE p.name = 'Darjeeling'",
  ],
  [
    "What is the average rating for each product?",
    "SELECT p.name, avg(r.rating) FROM products p JOIN reviews r ON r.product_id = p.id GROUP BY p.id, p.name",
  ],
  [
    "Which products have a rating of 5?",
    "SELECT DISTINCT p.name FROM products p JOIN reviews r ON r.product_id = p.id WHERE r.rating = 5",
  ],
  ["How many reviews have a rating below 3?", "SELECT count(*) FROM reviews WHERE rating < 3"],
  [
    "Show the comments of reviews with a rating of 1",
    "SELECT comment FROM reviews WHERE rating = 1",
  ],
  [
    "What are the names of the customers who live in Berlin or Paris?",
    "SELECT name FROM customers WHERE city IN ('Berlin', 'Paris')",
  ],
  [
    "List the names and emails of customers from London",
    "SELECT name, email FROM customers WHERE city = 'London'",
  ],
  ["Which suppliers are from Brazil?", "SELECT name FROM suppliers WHERE country = 'Brazil'"],
  ["Which suppliers have no phone?", "SELECT name FROM suppliers WHERE phone IS NULL"],
  ["Which customers have no email?", "SELECT name FROM customers WHERE email IS NULL"],
  ["How many employees work in Sales?", "SELECT count(*) FROM employees WHERE job_title = 'Sales'"],
  ["When was Tom Fischer hired?", "SELECT hired FROM employees WHERE name = 'Tom Fischer'"],
  [
    "What is the job title of Omar Haddad?",
    "SELECT job_title FROM employees WHERE name = 'Omar Haddad'",
  ],
  [
    "Which category has the most products?",
    "SELECT c.name FROM categories c JOIN products p ON p.category_id = c.id GROUP BY c.id, c.name ORDER BY count(*) DESC LIMIT 1",
  ],
  [
    "Which customer placed the most orders?",
    "SELECT c.name FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id, c.name ORDER BY count(*) DESC LIMIT 1",
  ],
  [
    "Show the names of the products in the order with id 3",
    "SELECT p.name FROM products p JOIN order_items i ON i.product_id = p.id WHERE i.order_id = 3",
  ],
  [
    "What is the total quantity sold for each product?",
    "SELECT p.name, sum(i.quantity) FROM products p JOIN order_items i ON i.product_id = p.id GROUP BY p.id, p.name",
  ],
  [
    "How many orders were placed per month?",
    "SELECT date_trunc('month', order_date), count(*) FROM orders GROUP BY 1",
  ],
  [
    "How many products does each supplier supply?",
    "SELECT s.name, count(*) FROM suppliers s JOIN products p ON p.supplier_id = s.id GROUP BY s.id, s.name",
  ],
  [
    "List the order dates of orders by Grace Hopper",
    "SELECT o.order_date FROM orders o JOIN customers c ON o.customer_id = c.id WHERE c.name = 'Grace Hopper'",
  ],
  [
    "Which employees were hired before 2021?",
    "SELECT name FROM employees WHERE hired < '2021-01-01'",
  ],
  [
    "Show the product names and their category names",
    "SELECT p.name, c.name FROM products p JOIN categories c ON p.category_id = c.id",
  ],
  [
    "How many orders were placed in the last 90 days?",
    "SELECT count(*) FROM orders WHERE order_date >= '2024-04-16'",
  ],
  [
    "Show the average price and the total stock of products in the category Coffee",
    "SELECT avg(price), sum(stock) FROM products p JOIN categories c ON p.category_id=c.id WHERE c.name='Coffee'",
  ],
  [
    "Which customers are not from Germany?",
    "SELECT name FROM customers WHERE country <> 'Germany'",
  ],
  [
    "How many reviews did each customer write?",
    "SELECT c.name, count(*) FROM customers c JOIN reviews r ON r.customer_id=c.id GROUP BY c.id,c.name",
  ],
  [
    "Which products have a stock below 10 and a price above 20?",
    "SELECT name FROM products WHERE stock < 10 AND price > 20",
  ],
  [
    "List the names of employees except those in Sales",
    "SELECT name FROM employees WHERE job_title <> 'Sales'",
  ],
  [
    "What are the names of customers and the dates of their orders?",
    "SELECT c.name, o.order_date FROM customers c JOIN orders o ON o.customer_id = c.id",
  ],
];

/** Changes of the shop, each judged by the suite of changes as well. */
export const shopChanges: readonly string[] = [
  "Add a category named Honey",
  "Add a review for product Darjeeling, customer 3, rating 5, comment 'Simply great', review date today",
  "Add an order for customer 'Ada Lovelace' with order date 2024-07-10 and status pending",
  "Set the price of product Espresso Roast to 16",
  "Increase the price of all products by 10%",
  "Mark order 4 as cancelled",
  "Change Ada Lovelace's email to ada@lovelace.example",
  "Delete reviews with rating 2 or 3",
  "Create a table called coupons with columns code text and discount integer",
  "Add a boolean column vip to the customers table",
];

/** What is refused rather than guessed. */
export const shopRefusals: readonly string[] = [
  "What is the weather in Berlin?",
  "Who won the world cup?",
  "Tell me a joke",
  "Which customers are unhappy with their horoscope?",
  "How many unicorns are in the stable?",
  "Delete the best customers",
  "Set the colour of product Teapot to red",
  "Add a customer named Zoe with shoe size 38",
  "Drop everything",
  "Remove the old stuff",
];
