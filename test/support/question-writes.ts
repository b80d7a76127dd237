/**
 * Sentences that change the shop, and the statement that says what they mean. They are judged by
 * what stands in the database afterwards; where the engines write it differently there are two.
 */
export type WriteCase = [question: string, gold: string | { postgres: string; mysql: string }];

const columns = (postgres: string, mysql: string) => ({ postgres, mysql });

export const inserts: readonly WriteCase[] = [
  ["Add a category named Honey", "INSERT INTO categories (name) VALUES ('Honey')"],
  ["add a new category called 'Gift Cards'", "INSERT INTO categories (name) VALUES ('Gift Cards')"],
  ["Please add a category with name Herbs.", "INSERT INTO categories (name) VALUES ('Herbs')"],
  ["create a category called Syrups", "INSERT INTO categories (name) VALUES ('Syrups')"],
  ["insert into categories name Nuts", "INSERT INTO categories (name) VALUES ('Nuts')"],
  [
    "register a supplier named Nordic Foods with country Norway",
    "INSERT INTO suppliers (name, country) VALUES ('Nordic Foods', 'Norway')",
  ],
  [
    "add supplier 'Alto Grande' with country Peru and phone '+51 1 555 0199'",
    "INSERT INTO suppliers (name, country, phone) VALUES ('Alto Grande', 'Peru', '+51 1 555 0199')",
  ],
  [
    "add a customer named Rosa Luxemburg with city Berlin, country Germany and joined 2024-06-01",
    "INSERT INTO customers (name, city, country, joined) VALUES ('Rosa Luxemburg', 'Berlin', 'Germany', '2024-06-01')",
  ],
  [
    "Add a new customer with name 'Max Born', email max@example.com, city Bonn, country Germany, joined today",
    "INSERT INTO customers (name, email, city, country, joined) VALUES ('Max Born', 'max@example.com', 'Bonn', 'Germany', '2024-07-15')",
  ],
  [
    "add a customer called Lise Meitner whose city is Vienna and country is Austria and joined is 1 July 2024",
    "INSERT INTO customers (name, city, country, joined) VALUES ('Lise Meitner', 'Vienna', 'Austria', '2024-07-01')",
  ],
  [
    "insert a customer with name Otto Hahn, city Frankfurt, country Germany, birth date 1979-03-08 and joined yesterday",
    "INSERT INTO customers (name, city, country, birth_date, joined) VALUES ('Otto Hahn', 'Frankfurt', 'Germany', '1979-03-08', '2024-07-14')",
  ],
  [
    "add an employee named Ben Krause with job title Sales, salary 40000 and hired 2024-05-01",
    "INSERT INTO employees (name, job_title, salary, hired) VALUES ('Ben Krause', 'Sales', 40000, '2024-05-01')",
  ],
  [
    "create an employee named Eva Lang with job title 'Head of Support', hired 2024-02-01, salary 51,000",
    "INSERT INTO employees (name, job_title, hired, salary) VALUES ('Eva Lang', 'Head of Support', '2024-02-01', 51000)",
  ],
  [
    "add a product named Chai with category 1, supplier 1, price 7.5 and stock 30",
    "INSERT INTO products (name, category_id, supplier_id, price, stock) VALUES ('Chai', 1, 1, 7.5, 30)",
  ],
  [
    "add a product called 'Lemon Tea' for category Tea, supplier 'Highland Estates', price 6.25",
    "INSERT INTO products (name, category_id, supplier_id, price) VALUES ('Lemon Tea', 1, 1, 6.25)",
  ],
  [
    "insert a product named Mocha with category id 2, supplier id 2, price $14.00, stock 5, discontinued false",
    "INSERT INTO products (name, category_id, supplier_id, price, stock, discontinued) VALUES ('Mocha', 2, 2, 14.00, 5, FALSE)",
  ],
  [
    "add an order for customer 'Ada Lovelace' with order date 2024-07-10 and status pending",
    "INSERT INTO orders (customer_id, order_date, status) VALUES (1, '2024-07-10', 'pending')",
  ],
  [
    "add an order with customer 4, order date today, status shipped and shipping cost 4.90",
    "INSERT INTO orders (customer_id, order_date, status, shipping_cost) VALUES (4, '2024-07-15', 'shipped', 4.90)",
  ],
  [
    "add a review for product Darjeeling, customer 3, rating 5, comment 'Simply great', review date today",
    "INSERT INTO reviews (product_id, customer_id, rating, comment, review_date) VALUES (1, 3, 5, 'Simply great', '2024-07-15')",
  ],
  [
    "add a review for product 2 and customer 'Carl Gauss' with rating 2 and review date 2024-07-01",
    "INSERT INTO reviews (product_id, customer_id, rating, review_date) VALUES (2, 7, 2, '2024-07-01')",
  ],
  [
    "add an order item with order 3, product 5, quantity 2 and unit price 13.5",
    "INSERT INTO order_items (order_id, product_id, quantity, unit_price) VALUES (3, 5, 2, 13.5)",
  ],
  [
    'add a supplier named "O\'Hara & Sons" with country Ireland',
    "INSERT INTO suppliers (name, country) VALUES ('O''Hara & Sons', 'Ireland')",
  ],
  [
    "add a category named 'back\\slash'",
    columns(
      "INSERT INTO categories (name) VALUES ('back\\slash')",
      "INSERT INTO categories (name) VALUES ('back\\\\slash')",
    ),
  ],
  [
    "add a category named '; DROP TABLE orders; --'",
    "INSERT INTO categories (name) VALUES ('; DROP TABLE orders; --')",
  ],
];

export const updates: readonly WriteCase[] = [
  [
    "Set the price of product Espresso Roast to 16",
    "UPDATE products SET price = 16 WHERE name = 'Espresso Roast'",
  ],
  [
    "change the price of the product named 'Earl Grey' to 9.50",
    "UPDATE products SET price = 9.50 WHERE name = 'Earl Grey'",
  ],
  ["update the stock of product 3 to 50", "UPDATE products SET stock = 50 WHERE id = 3"],
  ["set the stock of the product with id 15 to 4", "UPDATE products SET stock = 4 WHERE id = 15"],
  [
    "set the stock of all products with category id 5 to 20",
    "UPDATE products SET stock = 20 WHERE category_id = 5",
  ],
  [
    "set the stock of products of category Tea to 100",
    "UPDATE products SET stock = 100 WHERE category_id = 1",
  ],
  [
    "set discontinued to true for products with stock 0",
    "UPDATE products SET discontinued = TRUE WHERE stock = 0",
  ],
  [
    "change the email of customer Hedy Lamarr to hedy@example.com",
    "UPDATE customers SET email = 'hedy@example.com' WHERE name = 'Hedy Lamarr'",
  ],
  [
    "change Ada Lovelace's email to ada@lovelace.example",
    "UPDATE customers SET email = 'ada@lovelace.example' WHERE name = 'Ada Lovelace'",
  ],
  [
    "set Tom Fischer's salary to 45000",
    "UPDATE employees SET salary = 45000 WHERE name = 'Tom Fischer'",
  ],
  [
    "update the city of customer Alan Turing to Manchester",
    "UPDATE customers SET city = 'Manchester' WHERE name = 'Alan Turing'",
  ],
  [
    "set city to Potsdam and country to Germany for customers where city is Berlin",
    "UPDATE customers SET city = 'Potsdam', country = 'Germany' WHERE city = 'Berlin'",
  ],
  [
    "change the city of customers from Paris to Lyon",
    "UPDATE customers SET city = 'Lyon' WHERE city = 'Paris'",
  ],
  [
    "update customers set city to 'Paris 5e' where name is 'Blaise Pascal'",
    "UPDATE customers SET city = 'Paris 5e' WHERE name = 'Blaise Pascal'",
  ],
  [
    "update product 5: price to 10, stock to 2",
    "UPDATE products SET price = 10, stock = 2 WHERE id = 5",
  ],
  ["update order 7 with status delivered", "UPDATE orders SET status = 'delivered' WHERE id = 7"],
  ["set the status of order 4 to shipped", "UPDATE orders SET status = 'shipped' WHERE id = 4"],
  [
    "set the status of order number 10 to 'on hold'",
    "UPDATE orders SET status = 'on hold' WHERE id = 10",
  ],
  [
    "set the status of all pending orders to shipped",
    "UPDATE orders SET status = 'shipped' WHERE status = 'pending'",
  ],
  [
    "set the status of orders placed before 2023-03-01 to delivered",
    "UPDATE orders SET status = 'delivered' WHERE order_date < '2023-03-01'",
  ],
  [
    "set the shipping cost of orders of customer 'Grace Hopper' to 0",
    "UPDATE orders SET shipping_cost = 0 WHERE customer_id = 2",
  ],
  [
    "set the shipping cost of shipped orders with shipping cost over 5 to 5",
    "UPDATE orders SET shipping_cost = 5 WHERE status = 'shipped' AND shipping_cost > 5",
  ],
  ["mark order 4 as cancelled", "UPDATE orders SET status = 'cancelled' WHERE id = 4"],
  [
    "mark all shipped orders as delivered",
    "UPDATE orders SET status = 'delivered' WHERE status = 'shipped'",
  ],
  [
    "mark product Saffron as discontinued",
    "UPDATE products SET discontinued = TRUE WHERE name = 'Saffron'",
  ],
  [
    "mark the product 'Pepper Mill' as not discontinued",
    "UPDATE products SET discontinued = FALSE WHERE name = 'Pepper Mill'",
  ],
  [
    "rename customer Carl Gauss to Carl Friedrich Gauss",
    "UPDATE customers SET name = 'Carl Friedrich Gauss' WHERE name = 'Carl Gauss'",
  ],
  [
    "rename category Spices to 'Spices & Herbs'",
    "UPDATE categories SET name = 'Spices & Herbs' WHERE name = 'Spices'",
  ],
  [
    "increase the price of product Teapot by 2",
    "UPDATE products SET price = price + 2 WHERE name = 'Teapot'",
  ],
  ["increase the price of all products by 10%", "UPDATE products SET price = price * 1.1"],
  [
    "raise the salary of employees with job title Sales by 5 percent",
    "UPDATE employees SET salary = salary * 1.05 WHERE job_title = 'Sales'",
  ],
  [
    "raise the salary of employee Omar Haddad by 1,500",
    "UPDATE employees SET salary = salary + 1500 WHERE name = 'Omar Haddad'",
  ],
  [
    "reduce the stock of product House Coffee by 20",
    "UPDATE products SET stock = stock - 20 WHERE name = 'House Coffee'",
  ],
  [
    "lower the price of products of category Chocolate by 12.5%",
    "UPDATE products SET price = price * 0.875 WHERE category_id = 3",
  ],
  [
    "decrease the price of products with price above 30 by 1.50",
    "UPDATE products SET price = price - 1.50 WHERE price > 30",
  ],
  [
    "set the rating of reviews with rating below 2 to 2",
    "UPDATE reviews SET rating = 2 WHERE rating < 2",
  ],
  [
    "set the comment of reviews where comment is null to 'No comment'",
    "UPDATE reviews SET comment = 'No comment' WHERE comment IS NULL",
  ],
  [
    "change the phone of supplier Maison Cacao to '+32 2 555 0103'",
    "UPDATE suppliers SET phone = '+32 2 555 0103' WHERE name = 'Maison Cacao'",
  ],
  [
    "set the birth date of customer Pierre Curie to 15 May 1989",
    "UPDATE customers SET birth_date = '1989-05-15' WHERE name = 'Pierre Curie'",
  ],
  [
    "set the stock of products where price is between 4 and 6 to 300",
    "UPDATE products SET stock = 300 WHERE price BETWEEN 4 AND 6",
  ],
  [
    "set the stock of products whose name contains Chocolate to 250",
    "UPDATE products SET stock = 250 WHERE name LIKE '%Chocolate%'",
  ],
  [
    "set the country of customers whose city is London or Paris to Europe",
    "UPDATE customers SET country = 'Europe' WHERE city IN ('London', 'Paris')",
  ],
  [
    "set the salary of employees hired before 2020-12-31 to 50000",
    "UPDATE employees SET salary = 50000 WHERE hired < '2020-12-31'",
  ],
  ["set the stock of every product to 10", "UPDATE products SET stock = 10"],
  ["set the quantity of order item 6 to 9", "UPDATE order_items SET quantity = 9 WHERE id = 6"],
  [
    "set the status of orders with status pending and shipping cost 0 to cancelled",
    "UPDATE orders SET status = 'cancelled' WHERE status = 'pending' AND shipping_cost = 0",
  ],
  [
    "set the email of customer 'Alan Turing' to null",
    "UPDATE customers SET email = NULL WHERE name = 'Alan Turing'",
  ],
];

export const deletions: readonly WriteCase[] = [
  ["Delete the review with id 5", "DELETE FROM reviews WHERE id = 5"],
  ["delete review 7", "DELETE FROM reviews WHERE id = 7"],
  ["remove reviews with rating 1", "DELETE FROM reviews WHERE rating = 1"],
  ["delete all reviews with rating less than 3", "DELETE FROM reviews WHERE rating < 3"],
  ["delete reviews of product Teapot", "DELETE FROM reviews WHERE product_id = 13"],
  ["delete the reviews of customer 'Emmy Noether'", "DELETE FROM reviews WHERE customer_id = 4"],
  ["remove all reviews before 2024-03-01", "DELETE FROM reviews WHERE review_date < '2024-03-01'"],
  ["remove reviews after 2024-06-30", "DELETE FROM reviews WHERE review_date > '2024-06-30'"],
  [
    "delete reviews where comment contains strong",
    "DELETE FROM reviews WHERE comment LIKE '%strong%'",
  ],
  ["delete reviews whose comment is missing", "DELETE FROM reviews WHERE comment IS NULL"],
  ["erase the reviews with rating at least 5", "DELETE FROM reviews WHERE rating >= 5"],
  ["delete order items with quantity over 3", "DELETE FROM order_items WHERE quantity > 3"],
  ["delete order items of order 12", "DELETE FROM order_items WHERE order_id = 12"],
  [
    "remove order items with product id 3 and quantity 1",
    "DELETE FROM order_items WHERE product_id = 3 AND quantity = 1",
  ],
  [
    "delete order items where unit price is at most 4",
    "DELETE FROM order_items WHERE unit_price <= 4",
  ],
  ["delete all order items", "DELETE FROM order_items"],
  ["delete everything from reviews", "DELETE FROM reviews"],
  ["delete reviews with rating 2 or 3", "DELETE FROM reviews WHERE rating IN (2, 3)"],
  ["delete reviews where rating is not 5", "DELETE FROM reviews WHERE rating <> 5"],
  [
    "delete reviews where rating is between 2 and 4",
    "DELETE FROM reviews WHERE rating BETWEEN 2 AND 4",
  ],
  [
    "delete reviews whose comment starts with Will",
    "DELETE FROM reviews WHERE comment LIKE 'Will%'",
  ],
];

export const definitions: readonly WriteCase[] = [
  [
    "Create a table called coupons with columns code text and discount integer",
    columns(
      "CREATE TABLE coupons (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, code text, discount integer)",
      "CREATE TABLE coupons (id int AUTO_INCREMENT PRIMARY KEY, code varchar(255), discount int)",
    ),
  ],
  [
    "create a table stores with columns name, city and opened date",
    columns(
      "CREATE TABLE stores (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text, city text, opened date)",
      "CREATE TABLE stores (id int AUTO_INCREMENT PRIMARY KEY, name varchar(255), city varchar(255), opened date)",
    ),
  ],
  [
    "create a new table named gift cards with columns code text required unique, balance number default 0, active boolean default true",
    columns(
      "CREATE TABLE gift_cards (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, code text NOT NULL UNIQUE, balance numeric DEFAULT 0, active boolean DEFAULT TRUE)",
      "CREATE TABLE gift_cards (id int AUTO_INCREMENT PRIMARY KEY, code varchar(255) NOT NULL UNIQUE, balance decimal(18, 4) DEFAULT 0, active boolean DEFAULT TRUE)",
    ),
  ],
  [
    "create a table events (name text, created_at timestamp, payload json)",
    columns(
      "CREATE TABLE events (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text, created_at timestamp, payload jsonb)",
      "CREATE TABLE events (id int AUTO_INCREMENT PRIMARY KEY, name varchar(255), created_at datetime, payload json)",
    ),
  ],
  [
    "create a table tags with columns id integer primary key and label text not null",
    columns(
      "CREATE TABLE tags (id integer PRIMARY KEY, label text NOT NULL)",
      "CREATE TABLE tags (id int PRIMARY KEY, label varchar(255) NOT NULL)",
    ),
  ],
  [
    "make a table warehouses with columns name and capacity integer",
    columns(
      "CREATE TABLE warehouses (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text, capacity integer)",
      "CREATE TABLE warehouses (id int AUTO_INCREMENT PRIMARY KEY, name varchar(255), capacity int)",
    ),
  ],
  [
    "add a text column called phone to customers",
    columns(
      "ALTER TABLE customers ADD COLUMN phone text",
      "ALTER TABLE customers ADD COLUMN phone varchar(255)",
    ),
  ],
  [
    "add a column loyalty points of type integer to customers",
    columns(
      "ALTER TABLE customers ADD COLUMN loyalty_points integer",
      "ALTER TABLE customers ADD COLUMN loyalty_points int",
    ),
  ],
  [
    "add a boolean column vip to the customers table",
    "ALTER TABLE customers ADD COLUMN vip boolean",
  ],
  [
    "add column weight as number to products",
    columns(
      "ALTER TABLE products ADD COLUMN weight numeric",
      "ALTER TABLE products ADD COLUMN weight decimal(18, 4)",
    ),
  ],
  ["add a date column shipped_on to orders", "ALTER TABLE orders ADD COLUMN shipped_on date"],
  [
    "add a column notes text default 'none' to orders",
    columns(
      "ALTER TABLE orders ADD COLUMN notes text DEFAULT 'none'",
      "ALTER TABLE orders ADD COLUMN notes varchar(255) DEFAULT 'none'",
    ),
  ],
  [
    "rename the column comment of reviews to remark",
    "ALTER TABLE reviews RENAME COLUMN comment TO remark",
  ],
  [
    "rename column phone to telephone in suppliers",
    "ALTER TABLE suppliers RENAME COLUMN phone TO telephone",
  ],
  ["rename the table reviews to ratings", "ALTER TABLE reviews RENAME TO ratings"],
  ["drop the column phone from suppliers", "ALTER TABLE suppliers DROP COLUMN phone"],
  ["remove the birth date column from customers", "ALTER TABLE customers DROP COLUMN birth_date"],
  ["delete column comment of the reviews table", "ALTER TABLE reviews DROP COLUMN comment"],
  ["drop the table reviews", "DROP TABLE reviews"],
  ["delete the table order items", "DROP TABLE order_items"],
  ["remove table reviews", "DROP TABLE reviews"],
  [
    "create an index on orders (order_date)",
    "CREATE INDEX orders_order_date_idx ON orders (order_date)",
  ],
  [
    "create an index on the city of customers",
    "CREATE INDEX customers_city_idx ON customers (city)",
  ],
  [
    "create an index on customers country and city",
    "CREATE INDEX customers_country_city_idx ON customers (country, city)",
  ],
  [
    "create a unique index on suppliers (name)",
    "CREATE UNIQUE INDEX suppliers_name_idx ON suppliers (name)",
  ],
  [
    "create an index for the job title and salary of employees",
    "CREATE INDEX employees_job_title_salary_idx ON employees (job_title, salary)",
  ],
  ["truncate the table reviews", "TRUNCATE TABLE reviews"],
  ["empty the order items table", "TRUNCATE TABLE order_items"],
  ["clear reviews", "TRUNCATE TABLE reviews"],
];

/** Sentences that leave open what is meant: refused, and nothing is changed. */
export const unclear: readonly string[] = [
  "delete customer",
  "delete the best customers",
  "delete customers we do not like",
  "remove the old stuff",
  "set the price to 5",
  "set the price of everything to 5",
  "set the colour of product Teapot to red",
  "update product Teapot",
  "change the stock of product Teapot to many",
  "set the stock of product Teapot to 5; drop table orders",
  "set the joined of customer Ada Lovelace to soon",
  "increase the name of product Teapot by 2",
  "increase the price of products",
  "mark order 4 as purple",
  "rename customers to clients and buyers please",
  "add a customer",
  "add a customer named Zoe with shoe size 38",
  "add a wizard named Merlin",
  "add a product named Chai with price cheap",
  "create a table",
  "create a table pets with",
  "add a column to customers",
  "drop everything",
  "drop the database",
  "drop the column wings from customers",
  "truncate everything",
  "delete orders before the flood",
  "delete orders from customers named Ada and products over 5 but not those",
  "set the salary of employees who work hard to 90000",
  "delete reviews that nobody read",
  "grant everything to everybody",
];
