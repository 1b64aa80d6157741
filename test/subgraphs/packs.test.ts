/** The mapping packs as files: what each says of itself is true of its SELECTs. No database is asked. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { filesOf, packs, setFolder, systems } from '../support/packs.ts'

/** Columns that no mapping may read, whatever they are called in their system. */
const secrets =
  /\b(password|passwd|api_secret|api_key|pin|ssnid|passport\w*|bank_ac_no|hash|__Auth)\b/i

const sets = Object.keys(systems).flatMap((system) =>
  [...new Set(packs.map((pack) => pack.sets[system] ?? never(`${pack.name}: ${system}`)))].map(
    (set) => ({ system, set, folder: setFolder(system, set) }),
  ),
)

describe('the packs as files', () => {
  it('are all that stands in the folders of mappings', () => {
    const found = Object.keys(systems).flatMap((system) =>
      readdirSync(setFolder(system, '')).map((set) => `${system}/${set}`),
    )
    assert.deepEqual(sets.map(({ system, set }) => `${system}/${set}`).toSorted(), found.toSorted())
  })

  for (const { system, set, folder } of sets) {
    it(`${system}/${set}: each file says which definition it was written from, and none reads secrets`, () => {
      for (const [relation, text] of filesOf(folder)) {
        const [comment = '', ...select] = text.split(/^(?=SELECT|WITH)/m)
        assert.match(comment, new RegExp(`^-- ${relation}: `), relation)
        assert.match(comment, /\b(1[578](\.0)?)\b/, `${relation} names no release`)
        assert.doesNotMatch(select.join(''), secrets, relation)
      }
    })

    it(`${system}/${set}: the README says of each relation what the files do`, () => {
      const mapped = filesOf(folder)
      const said = coverageIn(readFileSync(join(folder, 'README.md'), 'utf8'))
      const declared = systems[system] ?? {}
      assert.deepEqual([...said.keys()].toSorted(), Object.keys(declared).toSorted())
      for (const [relation, { columns }] of Object.entries(declared)) {
        const text = mapped.get(relation)
        const lacking =
          text === undefined ? [] : Object.keys(columns).filter((name) => !yields(text, name))
        const { verdict, lacks } = said.get(relation) ?? { verdict: '', lacks: [] }
        const wanted = text === undefined ? 'no' : lacking.length === 0 ? 'yes' : 'partly'
        assert.equal(verdict, wanted, relation)
        if (wanted === 'partly') assert.deepEqual(lacks, lacking, relation)
      }
    })
  }
})

/** Whether a SELECT's own columns have the name; sub-selects name none of theirs like that. */
const yields = (text: string, column: string): boolean =>
  new RegExp(`AS ["\`]?${column}["\`]?(,|\\n|$)`).test(text)

/** `| relation | yes | … |` of the table in a README; columns that are not there stand first in the third cell. */
function coverageIn(
  readme: string,
): ReadonlyMap<string, { readonly verdict: string; readonly lacks: readonly string[] }> {
  const lines = readme.matchAll(/^\| `(\w+)` +\| (yes|partly|no) +\| (.*?) *\|$/gm)
  return new Map(
    [...lines].map(([, relation = '', verdict = '', why = '']) => [
      relation,
      {
        verdict,
        lacks: [...(/^without ([^.:]*)/.exec(why)?.[1] ?? '').matchAll(/`(\w+)`/g)].map(
          ([, name = '']) => name,
        ),
      },
    ]),
  )
}

function never(problem: string): never {
  throw new Error(`no set: ${problem}`)
}
