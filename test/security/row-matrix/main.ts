/** Prints the row matrix: what is not judged, what is wrong, and its size. `npm run test:security`. */
import { notJudged, rowMatrix, withoutValue } from './matrix.ts'

const { paths, wrong, plans } = await rowMatrix({ pathLength: 3 })
for (const [coordinate, reason] of Object.entries(notJudged))
  console.log(`not judged: ${coordinate}: ${reason}`)
for (const [coordinate, reason] of Object.entries(withoutValue))
  console.log(`no value for anybody: ${coordinate}: ${reason}`)
for (const each of wrong) console.log(`WRONG: ${each}`)
if (wrong.length > 0) process.exitCode = 1
console.log(`${plans.length} plans: ${plans.join(', ')}`)
console.log(`${paths} paths, ${wrong.length} wrong`)
