/**
 * What our modules end with, for the few that are named by path and not by import: `.ts` in the
 * repository, `.js` in the package, where Node runs no TypeScript.
 */
import { extname } from 'node:path'

export const moduleExtension = extname(import.meta.filename)
