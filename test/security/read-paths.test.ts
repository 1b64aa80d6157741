/**
 * Every way to read one fact carries the same rule, so that the next hole is a failing test: a field
 * whose name speaks of a protected fact, an input that tells a protected field, a root or a type
 * without a rule. What is decided otherwise stands here with its reason.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  Kind,
  parse,
  type GraphQLField,
  type GraphQLObjectType,
} from 'graphql'
import { meets } from '#shared/rules/requirements.ts'
import { rulesOf } from '#shared/rules/rules.ts'
import { readSupergraphFile } from '../../gateway/supergraph/compose.ts'
import { generationOf } from '../support/generation.ts'

const generation = generationOf(
  readFileSync(new URL('../../gateway/supergraph/isthmus.graphql', import.meta.url), 'utf8'),
)
const { apiSchema, policies } = generation
const systems = readSupergraphFile(new URL('../../supergraph.yaml', import.meta.url).pathname)

const objectTypes = Object.values(apiSchema.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
)
const needsOf = (type: string, field: GraphQLField<unknown, unknown>) =>
  [type, `${type}.${field.name}`, getNamedType(field.type).name].flatMap(
    (each) => policies.requirements.get(each) ?? [],
  )
/** Whether somebody who is only authenticated may not have it. */
const isProtected = (requirements: Parameters<typeof meets>[1]) => !meets(new Set(), requirements)

/** What a name says, whichever way it is written: `hiredOn`, `HIRED_ON` and `hired` are one. */
const word = (name: string) =>
  name
    .replaceAll('_', '')
    .toLowerCase()
    .replace(/(on|at)$/, '')

describe('facts', () => {
  /** A field of such a name states the fact, and needs a right. */
  const facts: readonly [fact: string, name: RegExp][] = [
    ['cost and margin', /cost|margin|cogs/i],
    ['credit', /^(credit|availableCredit|shortfall)|daysToPay/i],
    ['pay', /salary|commission|payroll|clawback|payable|compensation/i],
    [
      'single people',
      /^(fte|hiredOn|leftOn|bornOn|averageTenure|headcount|schedule|availability)/i,
    ],
    ['bank', /^bank|iban|counterparty/i],
    ['our forecast', /probability|weighted|healthScore/i],
    ['tax number', /^taxReg/i],
    ['supply', /^(supplier|offers|leadTime)/i],
  ]
  /** Fields whose name speaks of it, and which state something else. */
  const others: Readonly<Record<string, string>> = {
    'AuditEntry.cost': 'points of a question, not money',
    'RateLimit.cost': 'points of a question, not money',
    'CallerLimits.cost': 'points of a question, not money',
    'CallerLimits.costPerMinute': 'points of a question, not money',
    'CallerLimits.costPerDay': 'points of a question, not money',
    'Campaign.costObjectCode': 'a key, by which finance is asked',
    'InvoiceAggregate.credited': 'credit notes, not credit',
    'RevenueSummary.credited': 'credit notes, not credit',
    'Case.creditNotes': 'credit notes, not credit',
  }
  for (const [fact, name] of facts) {
    it(`whatever is called by ${fact} needs a right`, () => {
      let found = 0
      for (const type of objectTypes.filter((each) => each.name !== 'Query')) {
        for (const field of Object.values(type.getFields())) {
          const coordinate = `${type.name}.${field.name}`
          if (!name.test(field.name) || coordinate in others) continue
          found += 1
          assert.ok(isProtected(needsOf(type.name, field)), coordinate)
        }
      }
      assert.ok(found > 0)
    })
  }
})

describe('inputs', () => {
  /** The type whose rows an argument chooses among: what a list or an aggregate is of. */
  const listedBy = (field: GraphQLField<unknown, unknown>): readonly GraphQLObjectType[] => {
    const returned = getNamedType(field.type).name
    const names = [
      returned,
      returned.replace(/Connection$/, ''),
      returned.replace(/Aggregates$/, 'Aggregate'),
      returned.replace(/Aggregates$/, ''),
      returned.replace(/^(Headcount)Aggregates$/, 'Employee'),
      returned.replace(/^(Revenue|Receivable)Aggregates$/, 'Invoice'),
      returned.replace(/^DeliveryAggregates$/, 'Shipment'),
    ]
    return objectTypes.filter(({ name }) => names.includes(name))
  }

  interface Input {
    readonly coordinate: string
    readonly word: string
  }

  const inputsIn = (field: GraphQLField<unknown, unknown>, parent: string): readonly Input[] => {
    const found = new Map<string, Input>()
    const add = (coordinate: string, name: string) =>
      found.set(coordinate, { coordinate, word: word(name) })
    const walk = (type: unknown) => {
      if (isEnumType(type)) {
        for (const { name } of type.getValues()) add(`${type.name}.${name}`, name)
      } else if (isInputObjectType(type)) {
        for (const each of Object.values(type.getFields())) {
          if (found.has(`${type.name}.${each.name}`)) continue
          add(`${type.name}.${each.name}`, each.name)
          walk(getNamedType(each.type))
        }
      }
    }
    for (const argument of field.args) {
      add(`${parent}.${field.name}(${argument.name}:)`, argument.name)
      walk(getNamedType(argument.type))
    }
    return [...found.values()]
  }

  it('one that tells a protected field says so, and needs what the field needs', () => {
    const bound = new Set<string>()
    for (const parent of objectTypes) {
      for (const field of Object.values(parent.getFields())) {
        const rootNeeds = needsOf(parent.name, field)
        for (const input of inputsIn(field, parent.name)) {
          for (const listed of listedBy(field)) {
            for (const told of Object.values(listed.getFields())) {
              if (word(told.name) !== input.word) continue
              // A measure sorts groups, and tells what groups tell.
              if (/Measure\./.test(input.coordinate) && !listed.name.endsWith('Aggregate')) continue
              const needs = needsOf(listed.name, told)
              if (!isProtected(needs)) continue
              // Everybody who may ask the field at all may read it, or the input has a rule.
              const alternatives = rootNeeds.flatMap(({ grants }) => grants)
              const isCovered =
                alternatives.length > 0 && alternatives.every((held) => meets(new Set(held), needs))
              if (isCovered) continue
              bound.add(input.coordinate)
              const declared = policies.inputs.get(input.coordinate)
              assert.ok(declared, `${input.coordinate} tells ${listed.name}.${told.name}: @reads`)
              for (const one of needs) {
                for (const held of declared[0]?.grants ?? []) {
                  assert.ok(
                    meets(new Set(held), [one]) || declared.length > 1,
                    `${input.coordinate} needs what ${listed.name}.${told.name} needs`,
                  )
                }
              }
            }
          }
        }
      }
    }
    for (const expected of [
      'CustomerSort.HEALTH_SCORE',
      'SalesOrderMeasure.COST',
      'RevenueMeasure.COGS',
      'OpportunityMeasure.WEIGHTED',
      'EmployeeSort.HIRED_ON',
      'EmployeeFilter.hired',
    ]) {
      assert.ok(bound.has(expected), `the test finds ${expected}`)
    }
  })

  it('every measure and sort names a field of what it sorts, so that its rule can be looked for', () => {
    /** Names that stand for another field, or for a field's day. */
    const named: Readonly<Record<string, string>> = {
      'FieldServiceJobSort.PLANNED_ON': 'plannedOn',
      'CaseSort.OPENED_ON': 'openedAt',
      'ShipmentSort.DELIVERED_ON': 'deliveredAt',
      'EmployeeSort.NAME': 'displayName',
      'ErpCustomerRecordSort.NUMBER': 'erpCustomerNo',
      'DebtorRecordSort.NUMBER': 'debtorNo',
    }
    const lost: string[] = []
    for (const parent of objectTypes) {
      for (const field of Object.values(parent.getFields())) {
        for (const input of inputsIn(field, parent.name)) {
          if (!/(Sort|Measure)\./.test(input.coordinate)) continue
          const names = listedBy(field).flatMap((type) => Object.keys(type.getFields()).map(word))
          const wanted = named[input.coordinate] ?? input.word
          if (!names.includes(word(wanted))) lost.push(`${input.coordinate} at ${field.name}`)
        }
      }
    }
    assert.deepEqual(lost, [])
  })
})

describe('rules', () => {
  it('stand on every root field, and a mutation’s is a scope or a policy', () => {
    for (const root of [apiSchema.getQueryType(), apiSchema.getMutationType()]) {
      for (const name of Object.keys(root?.getFields() ?? {})) {
        const rule = policies.requirements.get(`${root?.name}.${name}`)
        assert.ok(rule, `${root?.name}.${name}`)
        if (root === apiSchema.getMutationType()) assert.ok(isProtected(rule), `Mutation.${name}`)
      }
    }
  })

  /** Value types that systems agreed on: they say nothing without the field they stand in. */
  const shared = new Set([
    'PageInfo',
    'Money',
    'Quantity',
    'Period',
    'GeoPoint',
    'Query',
    'Mutation',
  ])

  it('stand on every type', () => {
    for (const { name } of objectTypes) {
      if (!shared.has(name)) assert.ok(policies.requirements.has(name), name)
    }
  })

  it('rule a whole entity in its owner’s schema only', () => {
    const ruledBy = new Map<string, string[]>()
    for (const { name, sdl } of systems) {
      const document = parse(sdl)
      const { requirements } = rulesOf(document)
      for (const definition of document.definitions) {
        if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue
        const type = definition.name.value
        const isEntity = definition.directives?.some((each) => each.name.value === 'key')
        if (isEntity === true && requirements.has(type))
          ruledBy.set(type, [...(ruledBy.get(type) ?? []), name])
      }
    }
    for (const [type, names] of ruledBy) assert.equal(names.length, 1, `${type}: ${names.join()}`)
    const entities = new Set([...generation.keys.keys()].map((key) => key.split('|')[1]))
    assert.deepEqual(new Set(ruledBy.keys()), entities)
  })

  it('no key of an entity needs more than the entity: the gateway asks for keys itself', () => {
    for (const { sdl } of systems) {
      const document = parse(sdl)
      const { requirements } = rulesOf(document)
      for (const definition of document.definitions) {
        if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue
        for (const directive of definition.directives ?? []) {
          const fields = directive.arguments?.find(({ name }) => name.value === 'fields')?.value
          if (directive.name.value !== 'key' || fields?.kind !== Kind.STRING) continue
          for (const key of fields.value.split(/\W+/)) {
            assert.ok(!requirements.has(`${definition.name.value}.${key}`), key)
          }
        }
      }
    }
  })

  it('nothing is answered as JSON, which no rule would reach into', () => {
    for (const type of objectTypes) {
      for (const field of Object.values(type.getFields()))
        assert.doesNotMatch(getNamedType(field.type).name, /json/i, `${type.name}.${field.name}`)
    }
  })
})
