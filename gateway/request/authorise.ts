/**
 * Authorise: takes out of the operation every field that the caller may not read, before anything
 * is planned. Fragments are written out first, so that a field is looked at where it is read. An
 * abstract type needs what every type behind it needs: when in doubt, the field goes. So does a field
 * that is filtered, sorted or measured by what the caller may not read.
 */
import {
  getNamedType,
  GraphQLInterfaceType,
  GraphQLObjectType,
  isAbstractType,
  isCompositeType,
  isNonNullType,
  Kind,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { AppError } from '#shared/errors.ts'
import { meets } from '#shared/rules/requirements.ts'
import type { Generation } from '../supergraph/generation.ts'
import { hidden } from './conditions.ts'
import type { Denied } from './denied.ts'
import { possibleFields, possibleTypes } from './possible-fields.ts'
import type { VariableAsks } from './protected-variables.ts'
import { rootOf } from './receive.ts'

export interface Allowed {
  readonly operation: OperationDefinitionNode
  readonly denied: readonly Denied[]
  readonly nothingLeft: boolean
}

export interface Caller {
  /** Scopes, and policies that hold. */
  readonly held: ReadonlySet<string>
  /** What the variables of this request ask with. */
  readonly asks: VariableAsks
}

const maxSelections = 20_000

export function authorise(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  generation: Generation,
  caller: Caller,
): Allowed {
  const root = rootOf(generation.apiSchema, operation)
  if (operation.operation === 'subscription') {
    throw new AppError('BAD_REQUEST', 'Subscriptions are not supported.')
  }
  const filter = new Filter(document, generation, caller)
  const selectionSet = filter.selections(root, operation.selectionSet, { path: [] })
  return {
    operation: withUsedVariables({
      ...operation,
      selectionSet: selectionSet ?? placeholder,
    }),
    denied: filter.denied,
    nothingLeft: selectionSet === null,
  }
}

const placeholder: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [hidden] }

/** Where in the operation the filter is. */
interface Place {
  readonly path: readonly string[]
  /** The type that a fragment on an abstract type has narrowed the value to. */
  readonly within?: GraphQLCompositeType | undefined
}

class Filter {
  readonly denied: Denied[] = []
  readonly #schema: GraphQLSchema
  readonly #generation: Generation
  readonly #caller: Caller
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>
  #seen = 0

  constructor(document: DocumentNode, generation: Generation, caller: Caller) {
    this.#schema = generation.apiSchema
    this.#generation = generation
    this.#caller = caller
    this.#fragments = new Map(
      document.definitions.flatMap((definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION
          ? [[definition.name.value, definition] as const]
          : [],
      ),
    )
  }

  /** What is left of a selection set, or null when a field that may not be null was denied. */
  selections(
    parent: GraphQLCompositeType,
    selectionSet: SelectionSetNode,
    place: Place,
  ): SelectionSetNode | null {
    const left: SelectionNode[] = []
    let isMissingField = false
    for (const selection of selectionSet.selections) {
      this.#count()
      const allowed =
        selection.kind === Kind.FIELD
          ? this.#field(parent, selection, place)
          : this.#fragment(parent, selection, place)
      if (allowed === 'NULLS_PARENT') return null
      if (allowed !== null) left.push(allowed)
      else isMissingField ||= selection.kind === Kind.FIELD
    }
    if (left.length === 0) return placeholder
    // Whether a value is of the narrowed type decides whether it gets a null for what is missing.
    const selections = isMissingField && place.within !== undefined ? [...left, hidden] : left
    return { ...selectionSet, selections }
  }

  #count(): void {
    this.#seen += 1
    if (this.#seen > maxSelections) {
      throw new AppError(
        'DOCUMENT_TOO_COMPLEX',
        `The operation selects more than ${maxSelections} fields once its fragments are written out.`,
      )
    }
  }

  #field(
    parent: GraphQLCompositeType,
    field: FieldNode,
    { path, within }: Place,
  ): FieldNode | 'NULLS_PARENT' | null {
    const name = field.name.value
    if (name.startsWith('__')) return this.#introspection(field)
    const definition =
      parent instanceof GraphQLObjectType || parent instanceof GraphQLInterfaceType
        ? parent.getFields()[name]
        : undefined
    if (definition === undefined) throw new TypeError(`${parent.name} has no field ${name}`)
    const at = [...path, field.alias?.value ?? name]
    const nullsParent = isNonNullType(definition.type) ? ('NULLS_PARENT' as const) : null
    const type = getNamedType(definition.type)
    const asksWith = this.#asksWith(parent, definition, field)
    if (asksWith !== null || !this.#mayRead(parent, name, type)) {
      const types = within === undefined ? null : this.#withNamesBehind(within)
      this.denied.push({
        path: at,
        coordinate: `${parent.name}.${name}`,
        isField: true,
        types,
        ...(asksWith === null ? {} : { asksWith }),
      })
      return nullsParent
    }
    if (field.selectionSet === undefined || !isCompositeType(type)) return field
    const inner = this.selections(type, field.selectionSet, { path: at })
    return inner === null ? nullsParent : { ...field, selectionSet: inner }
  }

  /** Introspection of the API schema, which has no secrets: only its fragments are written out. */
  #introspection(field: FieldNode): FieldNode {
    if (field.selectionSet === undefined) return field
    const selections = field.selectionSet.selections.map((selection): SelectionNode => {
      this.#count()
      if (selection.kind === Kind.FIELD) return this.#introspection(selection)
      const { selectionSet, ...inline } = this.#inlined(selection)
      const inner = this.#introspection({ ...field, selectionSet })
      return { ...inline, selectionSet: inner.selectionSet ?? selectionSet }
    })
    return { ...field, selectionSet: { ...field.selectionSet, selections } }
  }

  #fragment(
    parent: GraphQLCompositeType,
    selection: Exclude<SelectionNode, FieldNode>,
    { path, within }: Place,
  ): InlineFragmentNode | 'NULLS_PARENT' | null {
    const inline = this.#inlined(selection)
    const condition = inline.typeCondition?.name.value
    const type = condition === undefined ? parent : this.#schema.getType(condition)
    if (!isCompositeType(type)) throw new TypeError(`${String(condition)} is no composite type`)
    if (!this.#meets(type.name)) {
      const types = this.#withNamesBehind(type)
      this.denied.push({ path, coordinate: type.name, isField: false, types })
      return null
    }
    const isNarrower = type !== parent && isAbstractType(parent)
    const inner = this.selections(type, inline.selectionSet, {
      path,
      within: isNarrower ? type : within,
    })
    return inner === null ? 'NULLS_PARENT' : { ...inline, selectionSet: inner }
  }

  #inlined(selection: Exclude<SelectionNode, FieldNode>): InlineFragmentNode {
    if (selection.kind === Kind.INLINE_FRAGMENT) return selection
    const fragment = this.#fragments.get(selection.name.value)
    if (fragment === undefined) throw new TypeError(`no fragment ${selection.name.value}`)
    return {
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: fragment.typeCondition,
      directives: selection.directives ?? [],
      selectionSet: fragment.selectionSet,
    }
  }

  #mayRead(parent: GraphQLCompositeType, field: string, returned: GraphQLNamedType): boolean {
    return (
      possibleTypes(this.#schema, parent).every(
        (type) => this.#meets(type.name) && this.#meets(`${type.name}.${field}`),
      ) && this.#meets(returned.name)
    )
  }

  /** The first protected input of a field that the caller has no right to; null when there is none. */
  #asksWith(
    parent: GraphQLCompositeType,
    { name, args }: GraphQLField<unknown, unknown>,
    { arguments: given = [] }: FieldNode,
  ): string | null {
    if (args.length === 0) return null
    const { protectedInputs } = this.#generation.policies
    let found: string | null = null
    const touch = (coordinate: string) => {
      if (!meets(this.#caller.held, protectedInputs.requirements.get(coordinate)))
        found ??= coordinate
    }
    const fields = possibleFields(this.#schema, parent, name)
    protectedInputs.inArguments(fields, args, given, touch, (variable, touched) => {
      const asks = this.#caller.asks.get(variable) ?? null
      for (const coordinate of asks ?? []) touched(coordinate)
      return asks !== null
    })
    return found
  }

  #withNamesBehind(type: GraphQLCompositeType): readonly string[] {
    return possibleTypes(this.#schema, type).map(({ name }) => name)
  }

  #meets(coordinate: string): boolean {
    return meets(this.#caller.held, this.#generation.policies.requirements.get(coordinate))
  }
}

/** A variable that nothing uses any more would be an error in the operation that is left. */
function withUsedVariables(operation: OperationDefinitionNode): OperationDefinitionNode {
  const used = new Set<string>()
  visit(operation, {
    VariableDefinition: () => false,
    Variable: ({ name }) => {
      used.add(name.value)
    },
  })
  return {
    ...operation,
    variableDefinitions: (operation.variableDefinitions ?? []).filter(({ variable }) =>
      used.has(variable.name.value),
    ),
  }
}
