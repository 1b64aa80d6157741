/** The rules file: what is wrong is told with its line, all at once. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { AppError } from '#shared/errors.ts'
import { comparableName } from '../../../gateway/identity/names.ts'
import { readRules } from '../../../gateway/identity/rules.ts'
import { repository } from '../../support/cli.ts'
import { rules as shipped } from './records.ts'

describe('the rules of identity', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-rules-'))
  const file = join(folder, 'identity.yaml')
  after(() => rmSync(folder, { recursive: true }))

  const problems = (text: string): readonly string[] => {
    writeFileSync(file, text)
    try {
      readRules(file)
    } catch (error) {
      assert.ok(error instanceof AppError)
      assert.equal(error.code, 'CONFIGURATION_INVALID')
      return error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim().replace(`${file}:`, ''))
    }
    return []
  }

  const good = `weights:
  name: 0.6
  address: 0.25
  telephone: 0.15
  reference: 0.4
thresholds:
  accept: 0.9
  candidate: 0.7
  margin: 0.05
  compared: 0.6
  nameAtLeast: 0.4
several: [ERP]
`

  it('are those that the tests of matching use', () => {
    assert.deepEqual(readRules(join(repository, 'gateway/policy/identity.yaml')), shipped)
  })

  it('take legal forms as they are written', () => {
    writeFileSync(file, `${good}legalForms: ['S. de R.L.', 工作室]\n`)
    assert.deepEqual([...readRules(file).legalForms], ['sderl', '工作室'])
  })

  it('take legal forms in whatever accents, characters and spaces they or the names are written', () => {
    writeFileSync(
      file,
      `${good}legalForms: ['Société à responsabilité', 'S. de R.L.', 有限責任合夥]\n`,
    )
    const { legalForms } = readRules(file)
    const same: readonly (readonly [string, string])[] = [
      ['Harbour Société à Responsabilité', 'Harbour'],
      ['Harbour SOCIETE A RESPONSABILITE', 'Harbour'],
      ['Harbour, S. de R. L.', 'Harbour'],
      ['港灣有限責任合夥', '港灣'],
      ['港湾有限责任合伙', '港灣'],
    ]
    for (const [one, other] of same)
      assert.deepEqual(comparableName(one, legalForms), comparableName(other), one)
  })

  const mistakes: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'a weight that is no share',
      good.replace('name: 0.6', 'name: "much"'),
      ['2: weights.name: expected a number from 0 to 1, but got "much"'],
    ],
    [
      'a threshold above 1',
      good.replace('accept: 0.9', 'accept: 90'),
      ['7: thresholds.accept: expected a number from 0 to 1, but got 90'],
    ],
    [
      'what is missing, at what it is missing from',
      good.replace('  margin: 0.05\n', ''),
      ['6: thresholds.margin: is missing'],
    ],
    [
      'a name that is not known',
      good.replace('telephone:', 'fax:'),
      [
        '4: weights.fax: is not known here, only name, address, telephone, reference',
        '1: weights.telephone: is missing',
      ],
    ],
    [
      'a system that is not matched',
      good.replace('[ERP]', '[ERP, MALL]'),
      ['12: several.1: "MALL" is none of CRM, ERP, FINANCE'],
    ],
    [
      'likely above sure',
      good.replace('candidate: 0.7', 'candidate: 0.95'),
      [
        '8: thresholds.candidate: 0.95 is above accept, 0.9: what is likely is less than what is sure',
      ],
    ],
    [
      'YAML that is none',
      good.replace('several: [ERP]', 'several: [ERP'),
      ['13: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
  ]
  for (const [what, text, expected] of mistakes) {
    it(`tell ${what}, with its line`, () => assert.deepEqual(problems(text), expected))
  }

  it('tell all of it at once, and a missing file', () => {
    assert.equal(problems('weights: 3\nthresholds: []\n').length > 2, true)
    assert.throws(
      () => readRules(join(folder, 'none.yaml')),
      /cannot be read\. Copy identity\.yaml/,
    )
  })
})
