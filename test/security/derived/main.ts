/** Prints what is computed from protected facts, and what tells them without their right. `npm run test:security`. */
import { derivedFields, outdated, undecided } from './decisions.ts'
import { derivedMatrix } from './matrix.ts'
import { silentFields } from './silent.ts'

const { facts, generation } = await derivedMatrix(2)
for (const [right, { columns, told }] of facts) {
  console.log(`${right}: ${columns.join(', ')}`)
  console.log(`  told by ${told.size === 0 ? 'no field of the demo data' : [...told].join(', ')}`)
}
const wrong = [...undecided(facts), ...outdated(facts), ...silentFields(facts, generation)]
for (const each of wrong) console.log(`WRONG: ${each}`)
if (wrong.length > 0) process.exitCode = 1
const columns = new Set([...facts.values()].flatMap((each) => each.columns))
console.log(
  `${facts.size} rights, ${columns.size} columns, ${derivedFields(facts).length} derived fields, ${wrong.length} wrong`,
)
