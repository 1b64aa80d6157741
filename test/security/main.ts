/** Prints the deny matrix: what there is no way to, and its size. `npm run test:security`. */
import { startGraph } from '../support/graph.ts'
import { denyMatrix } from './matrix.ts'

await using graph = await startGraph()
const { cells, wrong, absent, coordinates, unexecuted } = await denyMatrix(graph)
for (const each of absent) console.log(`no such way: ${each}`)
console.log(`${coordinates.length} coordinates; ${absent.length} ways that there are not`)
for (const each of unexecuted) console.log(`not executed: ${each}`)
for (const each of wrong) console.log(`WRONG: ${each}`)
if (wrong.length > 0) process.exitCode = 1
console.log(`${cells} cells, ${wrong.length} wrong`)
