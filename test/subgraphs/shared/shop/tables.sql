CREATE TABLE purchase (
  orderNo TEXT PRIMARY KEY,
  customerNo TEXT NOT NULL,
  orderedOn TEXT NOT NULL,
  dueOn TEXT,
  state TEXT NOT NULL,
  net INTEGER NOT NULL,
  currency TEXT NOT NULL,
  urgent INTEGER NOT NULL
) STRICT;

CREATE TABLE purchase_line (
  orderNo TEXT NOT NULL,
  lineNo INTEGER NOT NULL,
  parentLineNo INTEGER,
  sku TEXT NOT NULL,
  PRIMARY KEY (orderNo, lineNo)
) STRICT;

CREATE TABLE secret_note (noteNo TEXT PRIMARY KEY, words TEXT NOT NULL) STRICT;

CREATE TABLE catalogue (sku TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT;
