/**
 * What a document becomes when it is compiled: selections of fields for one concrete type each, and
 * how the value of each field is completed. Made once per document, read by every request.
 */
import type {
  FieldNode,
  GraphQLField,
  GraphQLFieldResolver,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
  FragmentDefinitionNode,
} from 'graphql'
import type { Completion } from './complete.ts'

export type Arguments = Readonly<Record<string, unknown>>
export type Variables = Readonly<Record<string, unknown>>
export type Fragments = Readonly<Record<string, FragmentDefinitionNode>>
export type Resolve = GraphQLFieldResolver<unknown, unknown, Arguments>

/** What every selection of one operation was compiled from. */
export interface Source {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly fragments: Fragments
  /** The variables of `@skip` and `@include`, as they are in this variant of the operation. */
  readonly conditions: Variables
}

/** The fields that are asked of objects of one type, merged, in the order of the answer. */
export interface Selection {
  readonly type: GraphQLObjectType
  readonly fields: readonly Field[]
}

export interface Field {
  readonly responseName: string
  readonly parentType: GraphQLObjectType
  readonly definition: GraphQLField<unknown, unknown>
  readonly nodes: readonly FieldNode[]
  /** Throws what is wrong with them. */
  readonly argumentsFor: (variables: Variables) => Arguments
  /** Null: graphql-js' default, the property of the parent that has the field's name. */
  readonly resolve: Resolve | null
  readonly shape: Shape
  /** How many lists lie around the field's type. */
  readonly listDepth: number
}

/** How a value is completed; a list has the shape of its items inside. */
export type Shape =
  | { readonly kind: 'leaf'; readonly nullable: boolean; readonly serialize: Serialize }
  | { readonly kind: 'list'; readonly nullable: boolean; readonly item: Shape }
  | { readonly kind: 'object'; readonly nullable: boolean; readonly selection: () => Selection }
  | {
      readonly kind: 'abstract'
      readonly nullable: boolean
      /** The name of the value's concrete type, or a promise of it. */
      readonly typeNameOf: (value: unknown, completion: Completion) => unknown
      /** Throws when that is not the name of a possible type. */
      readonly selectionOf: (typeName: unknown, value: unknown, field: Field) => Selection
    }

export type Serialize = (value: unknown) => unknown
