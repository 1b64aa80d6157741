/**
 * A question made ready once and kept with the generation: parsed, validated, authorised for a set
 * of scopes, named apart and planned. What differs by caller is part of the key, so nobody gets
 * another one's plan. Bounded; concurrent first askers share the work.
 */
import { createHash } from 'node:crypto'
import { Kind, type DocumentNode, type OperationDefinitionNode } from 'graphql'
import { compileProgram, type Program } from '../engine/program.ts'
import type { Generation } from '../supergraph/generation.ts'
import { authorise } from './authorise.ts'
import { covered } from './covered.ts'
import { operationOf, parseDocument } from './receive.ts'
import { renameCollisions } from './response-names.ts'
import type { Denied } from './stages.ts'

export interface Prepared {
  /** The operation as it is planned. */
  readonly operation: OperationDefinitionNode
  /** The operation as it came: its variables are checked against this one. */
  readonly asked: OperationDefinitionNode
  readonly denied: readonly Denied[]
  readonly nothingLeft: boolean
  /** Planned and compiled on first use: a question of which nothing may be read needs none. */
  program(): Promise<Program>
}

/** Prepared questions one generation keeps. */
const maxPrepared = 2_000

export type Preparations = (
  text: string,
  operationName: string | undefined,
  scopes: readonly string[],
) => Prepared

export function createPreparations(generation: Generation): Preparations {
  const known = new Map<string, Prepared>()
  return (text, operationName, scopes) => {
    const key = createHash('sha256')
      .update(JSON.stringify([text, operationName ?? null, scopes.toSorted()]))
      .digest('base64')
    const cached = known.get(key)
    if (cached !== undefined) {
      // The most recently used are at the end, the oldest goes first.
      known.delete(key)
      known.set(key, cached)
      return cached
    }
    const prepared = prepare(text, operationName, scopes, generation)
    known.set(key, prepared)
    const [oldest] = known.keys()
    if (known.size > maxPrepared && oldest !== undefined) known.delete(oldest)
    return prepared
  }
}

function prepare(
  text: string,
  operationName: string | undefined,
  scopes: readonly string[],
  generation: Generation,
): Prepared {
  const parsed = parseDocument(text, generation.apiSchema)
  const asked = operationOf(parsed, operationName)
  const {
    operation: allowed,
    denied,
    nothingLeft,
  } = authorise(parsed, asked, generation, new Set(scopes))
  const operation = renameCollisions(allowed, generation)
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation] }
  const compiled = async (): Promise<Program> => {
    const plan = covered(operation, await generation.plan(document))
    return compileProgram({ generation, operation, denied, plan })
  }
  let program: Promise<Program> | undefined
  return { operation, asked, denied, nothingLeft, program: () => (program ??= compiled()) }
}
