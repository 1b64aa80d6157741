/**
 * Authorise: takes out of the operation every field that the caller may not read, before anything
 * is planned. Fragments are written out first, so that a field is looked at where it is read. An
 * abstract type needs what every type behind it needs: when in doubt, the field goes.
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
  type GraphQLNamedType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { AppError } from '#shared/errors.ts'
import type { Generation } from '../supergraph/generation.ts'
import { meets } from '../supergraph/policy-index.ts'
import { hidden } from './conditions.ts'
import type { Denied } from './denied.ts'

export interface Allowed {
  readonly operation: OperationDefinitionNode
  readonly denied: readonly Denied[]
  readonly nothingLeft: boolean
}

const maxSelections = 20_000

export function authorise(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  generation: Generation,
  scopes: ReadonlySet<string>,
): Allowed {
  const root = generation.apiSchema.getRootType(operation.operation)
  if (!root) throw new AppError('BAD_REQUEST', `This schema has no ${operation.operation}.`)
  if (operation.operation === 'subscription') {
    throw new AppError('BAD_REQUEST', 'Subscriptions are not supported.')
  }
  const filter = new Filter(document, generation, scopes)
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
  readonly #scopes: ReadonlySet<string>
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>
  #seen = 0

  constructor(document: DocumentNode, generation: Generation, scopes: ReadonlySet<string>) {
    this.#schema = generation.apiSchema
    this.#generation = generation
    this.#scopes = scopes
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
    if (!this.#mayRead(parent, name, type)) {
      const types = within === undefined ? null : this.#withNamesBehind(within)
      this.denied.push({
        path: at,
        coordinate: `${parent.name}.${name}`,
        isField: true,
        types,
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
      [parent, ...this.#behind(parent)].every(
        (type) => this.#meets(type.name) && this.#meets(`${type.name}.${field}`),
      ) && this.#meets(returned.name)
    )
  }

  /** The object types that may stand behind an abstract one. */
  #behind(type: GraphQLCompositeType): readonly GraphQLNamedType[] {
    return isAbstractType(type) ? this.#schema.getPossibleTypes(type) : []
  }

  #withNamesBehind(type: GraphQLCompositeType): readonly string[] {
    return [type, ...this.#behind(type)].map(({ name }) => name)
  }

  #meets(coordinate: string): boolean {
    return meets(this.#scopes, this.#generation.policies.requirements.get(coordinate))
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
