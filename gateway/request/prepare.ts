/**
 * A question made ready once and kept with the generation: parsed, validated, its conditions decided,
 * authorised for a caller's rights, named apart, planned and compiled. What differs by caller is part of
 * the key, so nobody gets another one's plan. Questions that differ by a written value share a
 * program. Bounded by what they weigh; concurrent first askers share the work.
 */
import {
  Kind,
  print,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import type { Introspection } from '../config.ts'
import { newQuestion } from '../heap.ts'
import { createRecent, type Recent } from '../recent.ts'
import { compileCost, type OperationCost } from '../limits/cost.ts'
import { checkDocument, type DocumentSize } from '../limits/document.ts'
import { noLimits, type Limits } from '../limits/limits.ts'
import type { Principal } from '#shared/principal.ts'
import { compileCoercion, type Coerce } from '#shared/variables.ts'
import { compileProgram, type Program } from '../engine/program.ts'
import { readableSchema } from '../supergraph/contracts.ts'
import type { Generation } from '../supergraph/generation.ts'
import { authorise } from './authorise.ts'
import { decide, decidingVariables } from './conditions.ts'
import { covered } from './covered.ts'
import { liftLiterals } from './literals.ts'
import { operationOf, parseDocument, rootOf } from './receive.ts'
import { withKeys } from './plan-keys.ts'
import { renameCollisions } from './response-names.ts'
import type { Denied } from './denied.ts'
import {
  asksKey,
  protectedVariables,
  variableAsks,
  type ProtectedVariable,
  type VariableAsks,
} from './protected-variables.ts'
import { createRights, type Rights } from './rights.ts'

/** A document as it came, valid for the generation. */
export interface Asked {
  readonly text: string
  readonly operationName: string | undefined
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  /** Checks a request's variables against those of the operation. */
  readonly coerce: Coerce
  /** The variables that decide what is selected. */
  readonly deciding: readonly string[]
  /** What each caller's limits are compared with. */
  readonly size: DocumentSize
  /** The variables that may ask with something protected. */
  readonly protected: readonly ProtectedVariable[]
  /** Names it in the keys of what is made of it. */
  readonly number: number
}

/** An operation as it is run for a set of rights. */
export interface Prepared {
  /** The operation as it is planned. */
  readonly operation: OperationDefinitionNode
  readonly denied: readonly Denied[]
  /** Whether `data` as a whole is denied, because a root field that may not be null was. */
  readonly nothingLeft: boolean
  /** Values that stood in the operation, by the variables that stand there now; null for none. */
  readonly written: Readonly<Record<string, unknown>> | null
  /** Of what is run. Its values are the variables and `written`. */
  readonly cost: OperationCost
  /** Planned and compiled on first use: a question of which nothing may be read needs none. */
  program(): Promise<Program>
}

type Values = Readonly<Record<string, unknown>>

export interface Preparations {
  /** Throws what is wrong with the document, and the limit it is beyond. */
  ask(text: string, operationName: string | undefined, limits: Limits): Asked
  /** `values` are the checked variables. */
  prepare(asked: Asked, values: Values, principal: Principal): Prepared
  /** Whether errors suggest no names: what somebody may not see, they must not tell. */
  readonly hideSuggestions: boolean
  /** What introspection tells this caller of. */
  schemaFor(principal: Principal): GraphQLSchema
  /** Makes ready what another generation was asked most lately, so that it is known here too. */
  warm(from: Preparations): Promise<void>
  /** The most recent questions first. */
  recent(): Iterable<Kept>
}

interface Kept {
  readonly asked: Asked
  readonly values: Values
  readonly principal: Principal
  readonly prepared: Prepared
}

/**
 * What one generation keeps of documents, of what is prepared and of programs, each in characters of
 * text; a character weighs 30 to 50 bytes here (`npm run bench:memory`).
 */
const maxLength = 150_000

/** What the shortest document weighs as well. */
const weightOf = (text: string): number => text.length + 100

/** Questions that a new generation knows before it takes over. */
const maxWarmed = 100

/** Schemas that are kept for introspection by scopes; one weighs a megabyte or two. */
const maxSchemas = 20

export interface PreparationOptions {
  /** Whether systems are asked for the keys of entities also where nobody else needs them. */
  readonly withKeys: boolean
  /** What introspection tells; `all` by default. */
  readonly introspection?: Introspection
}

export function createPreparations(
  generation: Generation,
  options: PreparationOptions = { withKeys: false },
): Preparations {
  const documents = createRecent<Asked>(maxLength)
  const kept = createRecent<Kept>(maxLength)
  const programs = createRecent<Promise<Program>>(maxLength)
  const rightsOf = createRights(generation.policies.policies)
  const schemas = createRecent<GraphQLSchema>(maxSchemas)
  const { apiSchema: schema } = generation
  const hideSuggestions = options.introspection === 'scopes'
  let number = 0

  const introspected = ({ key, held }: Rights): GraphQLSchema => {
    if (!hideSuggestions) return schema
    const known = schemas.get(key)
    if (known !== undefined) return known
    const made = readableSchema(generation, held)
    schemas.set(key, made, 1)
    return made
  }

  const ask: Preparations['ask'] = (text, operationName, limits) => {
    // No document has a NUL in it. Most are asked without a name, and a text alone is not copied.
    const key = operationName === undefined ? text : `${text}\0${operationName}`
    const known = documents.get(key)
    if (known !== undefined) {
      checkDocument(known.size, limits)
      return known
    }
    newQuestion()
    const { document, size } = parseDocument(text, { schema, limits, hideSuggestions })
    const operation = operationOf(document, operationName)
    // Where there is no root, nothing of the operation was validated.
    rootOf(schema, operation)
    const deciding = decidingVariables(document)
    number += 1
    const asked: Asked = {
      text,
      operationName,
      document,
      operation,
      coerce: compileCoercion(schema, operation.variableDefinitions),
      deciding,
      protected: protectedVariables(document, operation, generation),
      size,
      number,
    }
    documents.set(key, asked, weightOf(text))
    return asked
  }
  const prepare: Preparations['prepare'] = (asked, values, principal) => {
    const fallen = asked.deciding.map((name) => (values[name] === true ? '1' : '0')).join('')
    const rights = rightsOf(principal)
    const { protectedInputs } = generation.policies
    const asks = variableAsks(asked.protected, values, protectedInputs, rights.held)
    const key = `${asked.number} ${fallen} ${asksKey(asks)} ${rights.key}`
    const known = kept.get(key)
    if (known !== undefined) return known.prepared
    const prepared = prepareNew(asked, {
      values,
      rights,
      asks,
      generation,
      programs,
      options,
      introspected,
    })
    const decisions = Object.fromEntries(asked.deciding.map((name) => [name, values[name]]))
    kept.set(key, { asked, values: decisions, principal, prepared }, weightOf(asked.text))
    return prepared
  }
  return {
    ask,
    prepare,
    hideSuggestions,
    recent: () => kept.values(),
    schemaFor: (principal) => introspected(rightsOf(principal)),
    warm: async (from) => {
      let done = 0
      for (const { asked, values, principal } of from.recent()) {
        if (done >= maxWarmed) return
        done += 1
        try {
          await prepare(ask(asked.text, asked.operationName, noLimits), values, principal).program()
        } catch {
          // A question that the new schema does not have, or cannot answer, is told to who asks it.
        }
      }
    },
  }
}

interface Preparing {
  readonly values: Values
  readonly rights: Rights
  readonly asks: VariableAsks
  readonly generation: Generation
  readonly programs: Recent<Promise<Program>>
  readonly options: PreparationOptions
  readonly introspected: (rights: Rights) => GraphQLSchema
}

function prepareNew(
  { document, operationName }: Asked,
  { values, rights, asks, generation, programs, options, introspected }: Preparing,
): Prepared {
  const decided = decide(document, values)
  const asked = operationOf(decided, operationName)
  const {
    operation: allowed,
    denied,
    nothingLeft,
  } = authorise(decided, asked, generation, { held: rights.held, asks })
  const { operation: lifted, values: written } = liftLiterals(allowed, generation.apiSchema)
  const operation = renameCollisions(lifted, generation)
  const told = asksOfSchema(operation) ? introspected(rights) : generation.apiSchema
  const compile = async (planned: string): Promise<Program> => {
    const plan = covered(operation, await generation.plan(planned), generation.apiSchema)
    return compileProgram({
      generation,
      operation,
      denied,
      plan: options.withKeys ? withKeys(plan, generation) : plan,
      introspected: told,
    })
  }
  const shared = (): Promise<Program> => {
    const planned = print({ kind: Kind.DOCUMENT, definitions: [operation] } satisfies DocumentNode)
    const without = denied.length === 0 ? planned : `${planned} ${JSON.stringify(denied)}`
    // Who is told of another schema gets another answer.
    const key = told === generation.apiSchema ? without : `${without} ${rights.key}`
    const known = programs.get(key)
    if (known !== undefined) return known
    const made = compile(planned)
    programs.set(key, made, weightOf(key))
    made.catch(() => programs.delete(key)) // whoever asked gets the error
    return made
  }
  let own: Promise<Program> | undefined
  return {
    operation,
    denied,
    nothingLeft,
    written: Object.keys(written).length === 0 ? null : written,
    cost: compileCost(operation, { schema: generation.apiSchema, costs: generation.costs }),
    program: () => {
      if (own === undefined) {
        own = shared()
        own.catch(() => (own = undefined)) // what failed is tried again
      }
      return own
    },
  }
}

/** Whether it asks for `__schema` or `__type`; fragments are written out. */
const asksOfSchema = ({ selectionSet }: Pick<OperationDefinitionNode, 'selectionSet'>): boolean =>
  selectionSet.selections.some((selection) =>
    selection.kind === Kind.FIELD
      ? selection.name.value === '__schema' || selection.name.value === '__type'
      : selection.kind === Kind.INLINE_FRAGMENT && asksOfSchema(selection),
  )
