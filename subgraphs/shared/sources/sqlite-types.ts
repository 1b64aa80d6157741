/** The types that columns of SQLite are declared with. */
import type { SourceType } from './connection.ts'

/** What the declared type of a column is meant to hold; SQLite itself does not hold anybody to it. */
export function declaredType(native: string): SourceType | null {
  const declared = native.toUpperCase()
  if (declared.includes('INT')) return 'integer'
  if (/CHAR|CLOB|TEXT/.test(declared)) return 'text'
  if (declared.includes('BLOB')) return 'binary'
  if (/REAL|FLOA|DOUB/.test(declared)) return 'float'
  if (declared.includes('BOOL')) return 'boolean'
  if (/DATETIME|TIMESTAMP/.test(declared)) return 'timestamp'
  if (declared.includes('DATE')) return 'date'
  if (/UUID|UNIQUEIDENTIFIER/.test(declared)) return 'uuid'
  return /NUMERIC|DECIMAL|MONEY/.test(declared) ? 'decimal' : null
}
