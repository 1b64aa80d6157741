/**
 * Keeps compiled code between runs, which makes every later start quicker (`npm run bench:start`).
 * Imported first, because only what is compiled later is kept. Where the folder cannot be written,
 * Node goes on without.
 */
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/isthmus'))
