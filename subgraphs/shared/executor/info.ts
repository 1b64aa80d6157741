/**
 * What a resolver gets as its fourth argument. Few resolvers look at it, so that what it says is
 * worked out only when it is read.
 */
import type { GraphQLResolveInfo } from 'graphql'
import { ownerOf, placeOf, type Batch, type Run } from './batch.ts'
import type { Field } from './operation.ts'

type Info = GraphQLResolveInfo

export class ResolveInfo implements Info {
  readonly #run: Run
  readonly #batch: Batch
  readonly #field: Field
  readonly #row: number

  constructor(run: Run, batch: Batch, field: Field, row: number) {
    this.#run = run
    this.#batch = batch
    this.#field = field
    this.#row = row
  }

  get fieldName(): Info['fieldName'] {
    return this.#field.definition.name
  }
  get fieldNodes(): Info['fieldNodes'] {
    return this.#field.nodes
  }
  get returnType(): Info['returnType'] {
    return this.#field.definition.type
  }
  get parentType(): Info['parentType'] {
    return this.#field.parentType
  }
  get path(): Info['path'] {
    return pathTo(this.#batch, this.#row, this.#field)
  }
  get schema(): Info['schema'] {
    return this.#run.source.schema
  }
  get fragments(): Info['fragments'] {
    return this.#run.source.fragments
  }
  get rootValue(): Info['rootValue'] {
    return undefined
  }
  get operation(): Info['operation'] {
    return this.#run.source.operation
  }
  get variableValues(): Info['variableValues'] {
    return this.#run.variables
  }
}

function pathTo(batch: Batch, row: number, { responseName, parentType }: Field): Info['path'] {
  const { from } = batch
  let prev = from === null ? undefined : pathTo(from.batch, ownerOf(batch, row), from.field)
  for (const key of placeOf(batch, row) ?? []) prev = { prev, key, typename: undefined }
  return { prev, key: responseName, typename: parentType.name }
}
