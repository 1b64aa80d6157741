/** `npm run check:docs`, and with `--write` docs/errors.md made anew. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { documentProblems, errorsDocument, root } from './documents.ts'

if (process.argv.includes('--write')) writeFileSync(join(root, 'docs/errors.md'), errorsDocument())
const problems = documentProblems()
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
