/**
 * A random operation over what clients see: aliases taken from field names on purpose, fragments,
 * conditions, abstract types, variables. What does not validate is drawn again.
 */
import {
  getNamedType,
  getNullableType,
  GraphQLNonNull,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  parse,
  validate,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql'
import type { Question } from '../case.ts'
import type { Draw } from './draw.ts'

const attempts = 12

export function generateQuestion(
  draw: Draw,
  schema: GraphQLSchema,
): Pick<Question, 'operation' | 'variables'> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const question = new Writer(draw, schema, attempt > attempts / 2).question()
    if (validate(schema, parse(question.operation)).length === 0) return question
  }
  return { operation: '{ __typename }', variables: {} }
}

/** What a selection set already has, by response name: which field, and what is below it. */
type Scope = Map<string, { readonly text: string; readonly inner: Scope }>

class Writer {
  readonly #draw: Draw
  readonly #schema: GraphQLSchema
  /** Fewer things that may not validate. */
  readonly #isTame: boolean
  readonly #definitions: string[] = []
  readonly #fragments: { name: string; type: string; text: string }[] = []
  readonly #variables: Record<string, unknown> = {}
  readonly #fieldNames: readonly string[]
  #left: number
  #count = 0

  constructor(draw: Draw, schema: GraphQLSchema, isTame: boolean) {
    this.#draw = draw
    this.#schema = schema
    this.#isTame = isTame
    // Larger ones make Apollo's planner compare plans for seconds, and show nothing more.
    this.#left = draw.int(3, draw.pick([8, 8, 14, 20]))
    this.#fieldNames = Object.values(schema.getTypeMap()).flatMap((type) =>
      (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__')
        ? Object.keys(type.getFields())
        : [],
    )
  }

  question(): Pick<Question, 'operation' | 'variables'> {
    const root = this.#schema.getQueryType()
    if (!root) throw new TypeError('a schema has a query')
    const selection = this.#selections(root, new Map(), 0)
    const introspection = this.#draw.chance(0.03) ? ' __type(name: "Query") { name kind }' : ''
    const variables = this.#definitions.length === 0 ? '' : `(${this.#definitions.join(', ')})`
    const name = this.#draw.chance(0.5) ? ' Ask' : ''
    const head = variables === '' && name === '' ? '' : `query${name}${variables} `
    const fragments = this.#fragments.map(
      ({ name: fragment, type, text }) => `\nfragment ${fragment} on ${type} ${text}`,
    )
    return {
      operation: `${head}${selection.replace(/ }$/, `${introspection} }`)}${fragments.join('')}`,
      variables: this.#variables,
    }
  }

  #selections(type: GraphQLCompositeType, scope: Scope, depth: number): string {
    const fields =
      isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : []
    const usable = fields.filter((field) => depth < 4 || isLeafType(getNamedType(field.type)))
    const out: string[] = []
    const wanted = depth === 0 ? this.#draw.int(1, 3) : this.#draw.int(1, 4)
    for (let count = 0; count < wanted && usable.length > 0; count += 1) {
      if (this.#left <= 0 && out.length > 0) break
      out.push(this.#field(type, this.#draw.pick(usable), scope, depth))
    }
    if (depth < 5 && this.#left > 0) out.push(...this.#fragmentsOn(type, scope, depth))
    if (out.length === 0 || this.#draw.chance(isAbstractType(type) ? 0.4 : 0.12)) {
      out.push(this.#typename(scope))
    }
    return `{ ${this.#draw.shuffled(out).join(' ')} }`
  }

  #typename(scope: Scope): string {
    const alias = this.#draw.chance(0.2) ? this.#draw.pick(this.#fieldNames) : '__typename'
    const text = '__typename'
    if ((scope.get(alias)?.text ?? text) !== text) return text
    scope.set(alias, { text, inner: new Map() })
    return alias === '__typename' ? text : `${alias}: ${text}`
  }

  #field(
    parent: GraphQLCompositeType,
    field: GraphQLField<unknown, unknown>,
    scope: Scope,
    depth: number,
  ): string {
    this.#left -= 1
    const args = this.#args(field.args)
    const isOfObject = isObjectType(parent) && !this.#isTame
    const text = `${field.name}${args} ${String(field.type)} ${isOfObject ? parent.name : ''}`
    const name = this.#responseName(field.name, text, scope)
    const inner: Scope = scope.get(name)?.inner ?? new Map()
    scope.set(name, { text, inner })
    const type = getNamedType(field.type)
    const below = isLeafType(type)
      ? ''
      : ` ${this.#selections(type as GraphQLCompositeType, inner, depth + 1)}` // no input is answered
    const alias = name === field.name ? '' : `${name}: `
    return `${alias}${field.name}${args}${this.#conditions()}${below}`
  }

  /** The field's own name, another field's, or a new one; never one that means something else here. */
  #responseName(field: string, text: string, scope: Scope): string {
    const clashes = (name: string) => {
      const there = scope.get(name)
      if (there === undefined || there.text === text) return false
      const [, ownType, ownParent] = text.split(' ')
      const [, type, parent] = there.text.split(' ')
      // Objects of two types may answer the same name with values of one type.
      return !(ownType === type && ownParent !== '' && parent !== '' && ownParent !== parent)
    }
    const wanted = this.#draw.chance(0.3) ? this.#draw.pick(this.#fieldNames) : field
    if (!clashes(wanted)) return wanted
    for (;;) {
      this.#count += 1
      if (!scope.has(`a${this.#count}`)) return `a${this.#count}`
    }
  }

  #fragmentsOn(type: GraphQLCompositeType, scope: Scope, depth: number): readonly string[] {
    const conditions = isAbstractType(type)
      ? [...this.#schema.getPossibleTypes(type), ...this.#interfacesWith(type)]
      : [type, ...(isObjectType(type) ? type.getInterfaces() : [])]
    const wanted = isAbstractType(type) ? this.#draw.int(0, 3) : this.#draw.chance(0.12) ? 1 : 0
    return this.#draw
      .shuffled(conditions)
      .slice(0, wanted)
      .map((condition) => {
        const known = this.#fragments.find((fragment) => fragment.type === condition.name)
        if (known !== undefined && this.#draw.chance(0.4)) {
          return `...${known.name}${this.#conditions()}`
        }
        const text = this.#selections(condition, scope, depth + 1)
        if (this.#draw.chance(0.35)) {
          const name = `F${this.#fragments.length + 1}`
          this.#fragments.push({ name, type: condition.name, text })
          return `...${name}${this.#conditions()}`
        }
        const on = condition === type && this.#draw.chance(0.3) ? '' : ` on ${condition.name}`
        return `...${on}${this.#conditions()} ${text}`
      })
  }

  /** Interfaces and unions that share a type with this one. */
  #interfacesWith(type: GraphQLCompositeType): readonly GraphQLCompositeType[] {
    const possible = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : []
    return possible.flatMap((each) => each.getInterfaces())
  }

  #conditions(): string {
    if (!this.#draw.chance(0.08)) return ''
    const name = this.#draw.pick(['skip', 'include'])
    const value = this.#draw.chance(0.7)
      ? this.#variable('Boolean!', this.#draw.chance(0.5))
      : String(this.#draw.chance(0.5))
    return ` @${name}(if: ${value})`
  }

  #args(args: readonly GraphQLArgument[]): string {
    const given = args
      .filter((arg) => isRequiredArgument(arg) || this.#draw.chance(0.6))
      .map((arg) => `${arg.name}: ${this.#argument(arg)}`)
    return given.length === 0 ? '' : `(${given.join(', ')})`
  }

  #argument(arg: GraphQLArgument): string {
    if (!this.#draw.chance(0.5)) return this.#literal(arg.type, 0)
    const type = String(arg.type)
    if (this.#draw.chance(0.2)) return this.#withDefault(arg.type)
    if (!isNonNullType(arg.type) && this.#draw.chance(0.25)) {
      // A variable that is declared and not given: the argument is as if it were not there.
      return this.#variable(type, undefined)
    }
    return this.#variable(type, this.#value(arg.type, 0))
  }

  /** A variable whose default may be all that there is. */
  #withDefault(type: GraphQLInputType): string {
    const name = `v${this.#definitions.length + 1}`
    const fallback = this.#literal(getNullableType(type), Infinity)
    this.#definitions.push(`$${name}: ${String(getNullableType(type))} = ${fallback}`)
    if (this.#draw.chance(0.5)) this.#variables[name] = this.#value(asNonNull(type), 0)
    return `$${name}`
  }

  #variable(type: string, value: unknown): string {
    const known = Object.entries(this.#variables).filter(([name]) =>
      this.#definitions.some((each) => each === `$${name}: ${type}`),
    )
    const again = this.#draw.maybe(known)
    if (again !== undefined && this.#draw.chance(0.3)) return `$${again[0]}`
    const name =
      this.#draw.chance(0.03) && !('representations' in this.#variables)
        ? 'representations'
        : `v${this.#definitions.length + 1}`
    this.#definitions.push(`$${name}: ${type}`)
    if (value !== undefined) this.#variables[name] = value
    return `$${name}`
  }

  /** A value as JSON. */
  #value(type: GraphQLInputType, depth: number): unknown {
    if (!isNonNullType(type) && this.#draw.chance(0.1)) return null
    const inner = getNullableType(type)
    if (isListType(inner)) {
      return Array.from({ length: this.#draw.int(0, 2) }, () => this.#value(inner.ofType, depth))
    }
    if (isInputObjectType(inner)) {
      return Object.fromEntries(
        Object.values(inner.getFields())
          .filter((field) => isRequiredInputField(field) || (depth < 2 && this.#draw.chance(0.4)))
          .map((field) => [field.name, this.#value(field.type, depth + 1)]),
      )
    }
    if (isEnumType(inner)) return this.#draw.pick(inner.getValues()).name
    if (String(inner) === 'Int') return this.#draw.int(0, 4)
    if (String(inner) === 'Boolean') return this.#draw.chance(0.5)
    return String(this.#draw.int(0, 4))
  }

  /** A value as it is written in an operation. */
  #literal(type: GraphQLInputType, depth: number): string {
    if (!isNonNullType(type) && this.#draw.chance(0.1)) return 'null'
    // A default is a constant: it is written at infinite depth.
    if (depth > 0 && depth < Infinity && this.#draw.chance(0.3)) {
      const isGiven = isNonNullType(type) || this.#draw.chance(0.7)
      return this.#variable(String(type), isGiven ? this.#value(type, depth) : undefined)
    }
    const inner = getNullableType(type)
    if (isListType(inner)) {
      const items = Array.from({ length: this.#draw.int(0, 2) }, () =>
        this.#literal(inner.ofType, depth + 1),
      )
      return `[${items.join(', ')}]`
    }
    if (isInputObjectType(inner)) {
      const fields = Object.values(inner.getFields())
        .filter((field) => isRequiredInputField(field) || (depth < 2 && this.#draw.chance(0.4)))
        .map((field) => `${field.name}: ${this.#literal(field.type, depth + 1)}`)
      return `{${fields.join(', ')}}`
    }
    if (isEnumType(inner)) return this.#draw.pick(inner.getValues()).name
    return JSON.stringify(this.#value(type, depth))
  }
}

const asNonNull = (type: GraphQLInputType): GraphQLInputType =>
  isNonNullType(type) ? type : new GraphQLNonNull(type)
