/** Prints what is computed from protected facts, and what tells them without their right. `npm run test:security`. */
import { notAsked } from './asking.ts'
import { derivedFields, outdated, undecided } from './decisions.ts'
import { derivedMatrix } from './matrix.ts'
import { silentFields } from './silent.ts'

const { facts, generation, paths, deepest } = await derivedMatrix(3)
for (const [right, { columns, told }] of facts) {
  console.log(`${right}: ${columns.join(', ')}`)
  console.log(`  told by ${told.size === 0 ? 'no field of the demo data' : [...told].join(', ')}`)
}
for (const [field, why] of Object.entries(notAsked)) console.log(`not asked: ${field}: ${why}`)
if (deepest !== null) {
  console.log(`a third field below ${deepest.questions.length} second ones`)
  for (const each of deepest.unreached) console.log(`nothing below, as it has no row: ${each}`)
}
const wrong = [...undecided(facts), ...outdated(facts), ...silentFields(facts, generation)]
for (const each of wrong) console.log(`WRONG: ${each}`)
if (wrong.length > 0) process.exitCode = 1
const columns = new Set([...facts.values()].flatMap((each) => each.columns))
console.log(
  `${facts.size} rights, ${columns.size} columns, ${derivedFields(facts).length} derived fields over ${paths} paths, ${wrong.length} wrong`,
)
