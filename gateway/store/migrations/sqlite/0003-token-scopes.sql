-- A JSON list of scopes, of which a token grants what its plan grants too; null: all that the plan grants.
ALTER TABLE issued_token ADD COLUMN scopes TEXT;
