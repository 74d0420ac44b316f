CREATE ROLE visitor NOLOGIN;
GRANT visitor TO shop;
CREATE TABLE products (id serial PRIMARY KEY, name text NOT NULL, price numeric NOT NULL);
INSERT INTO products (name, price) VALUES ('honey', 4.50), ('wax', 2.20);
GRANT SELECT ON products TO visitor;
