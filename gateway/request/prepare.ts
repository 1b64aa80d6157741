/**
 * A question made ready once and kept with the generation: parsed, validated, authorised for a set of
 * scopes, named apart, planned and compiled. What differs by caller is part of the key, so nobody
 * gets another one's plan. Questions that differ by a written value share a program. Bounded by what
 * they weigh; concurrent first askers share the work.
 */
import { Kind, print, type DocumentNode, type OperationDefinitionNode } from 'graphql'
import { compileProgram, type Program } from '../engine/program.ts'
import type { Generation } from '../supergraph/generation.ts'
import { authorise } from './authorise.ts'
import { covered } from './covered.ts'
import { liftLiterals } from './literals.ts'
import { createRecent } from './recent.ts'
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
  /** Values that stood in the operation, by the variables that stand there now. */
  readonly written: Readonly<Record<string, unknown>>
  /** Planned and compiled on first use: a question of which nothing may be read needs none. */
  program(): Program | Promise<Program>
}

export interface Preparations {
  prepare(text: string, operationName: string | undefined, scopes: readonly string[]): Prepared
  /** Asks for what another generation was asked for most lately, so that it is known here too. */
  warm(from: Preparations, count: number): Promise<void>
  /** The most recent questions first. */
  recent(): Iterable<readonly [string, string | undefined, readonly string[]]>
}

/** What one generation keeps, in characters of documents; a character weighs some 100 bytes here. */
const maxLength = 1_000_000

interface Kept {
  readonly prepared: Prepared
  readonly asked: readonly [
    text: string,
    operationName: string | undefined,
    scopes: readonly string[],
  ]
}

export function createPreparations(generation: Generation): Preparations {
  const kept = createRecent<Kept>(maxLength)
  const programs = createRecent<ProgramEntry>(maxLength)
  const rightsOf = createRights()
  const prepare: Preparations['prepare'] = (text, operationName, scopes) => {
    const key = `${rightsOf(scopes)} ${operationName ?? ''} ${text}`
    const known = kept.get(key)
    if (known !== undefined) return known.prepared
    const prepared = prepareNew(text, operationName, { scopes, generation, programs })
    kept.set(key, { prepared, asked: [text, operationName, scopes] })
    return prepared
  }
  return {
    prepare,
    *recent() {
      for (const { asked } of kept.values()) yield asked
    },
    warm: async (from, count) => {
      let done = 0
      for (const asked of from.recent()) {
        if (done >= count) return
        done += 1
        try {
          await prepare(...asked).program()
        } catch {
          // A question that the new schema does not have, or cannot answer, is told to who asks it.
        }
      }
    },
  }
}

/** A short name for each set of scopes; principals keep their list, so it is sorted once. */
function createRights(): (scopes: readonly string[]) => string {
  const byList = new WeakMap<readonly string[], string>()
  return (scopes) => {
    const known = byList.get(scopes)
    if (known !== undefined) return known
    const name = scopes.toSorted().join(' ')
    byList.set(scopes, name)
    return name
  }
}

interface ProgramEntry {
  promise: Promise<Program>
  /** Set when it is there, so that a known question waits for nothing. */
  program: Program | undefined
}

interface Preparing {
  readonly scopes: readonly string[]
  readonly generation: Generation
  readonly programs: ReturnType<typeof createRecent<ProgramEntry>>
}

function prepareNew(
  text: string,
  operationName: string | undefined,
  { scopes, generation, programs }: Preparing,
): Prepared {
  const parsed = parseDocument(text, generation.apiSchema)
  const asked = operationOf(parsed, operationName)
  const {
    operation: allowed,
    denied,
    nothingLeft,
  } = authorise(parsed, asked, generation, new Set(scopes))
  const { operation: lifted, values: written } = liftLiterals(allowed, generation.apiSchema)
  const operation = renameCollisions(lifted, generation)
  const program = (): Program | Promise<Program> => {
    const planned = print({ kind: Kind.DOCUMENT, definitions: [operation] } satisfies DocumentNode)
    const key = denied.length === 0 ? planned : `${planned} ${JSON.stringify(denied)}`
    const known = programs.get(key)
    if (known !== undefined) return known.program ?? known.promise
    const compile = async (): Promise<Program> => {
      const plan = covered(operation, await generation.plan(planned), generation.apiSchema)
      const made = compileProgram({ generation, operation, denied, plan })
      entry.program = made
      return made
    }
    const entry: ProgramEntry = { promise: compile(), program: undefined }
    programs.set(key, entry)
    entry.promise.catch(() => programs.delete(key)) // whoever asked gets the error
    return entry.promise
  }
  let own: Program | undefined
  return {
    operation,
    asked,
    denied,
    nothingLeft,
    written,
    program: () => {
      if (own !== undefined) return own
      const found = program()
      if (!(found instanceof Promise)) own = found
      return found
    },
  }
}
