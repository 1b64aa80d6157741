/**
 * The systems stay alike: the same files, the same exports, the same direction of imports. Who knows
 * one subgraph finds the way in the others.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { Kind, parse } from 'graphql'
import { definitionOf, exportsOf, readFrom, systems } from './systems.ts'

const files = [
  'README.md',
  'loaders.ts',
  'main.ts',
  'relations.ts',
  'resolvers.ts',
  'rules.ts',
  'schema.graphql',
  'source.ts',
  'subgraph.ts',
]
/** A system may split these by noun; the file of the same name then joins the parts. */
const split = ['source', 'resolvers', 'loaders', 'mappings']

/** Each file imports only what stands below it. */
const below: Readonly<Record<string, readonly string[]>> = {
  'rules.ts': [],
  'relations.ts': [],
  'source.ts': ['source', 'relations', 'rules'],
  'loaders.ts': ['loaders', 'source', 'relations', 'rules'],
  'resolvers.ts': ['resolvers', 'loaders', 'source', 'relations', 'rules'],
  'subgraph.ts': ['loaders', 'resolvers'],
  'main.ts': ['subgraph'],
}

const layerOf = (path: string): string => path.split('/')[0]?.replace(/\.ts$/, '') ?? ''

/** The files of the same system that a file imports. */
const localImports = (text: string): readonly string[] =>
  [...text.matchAll(/from '(?:\.\/|\.\.\/)+([^']+)'/g)].flatMap(([, path]) =>
    path === undefined ? [] : [path],
  )

describe('the shape of a subgraph', () => {
  it('there are systems to compare', () => {
    assert.ok(systems.length >= 4, `${systems.length} systems`)
  })

  for (const system of systems) {
    it(`${system.name} has the files that all have, and its own only by noun`, () => {
      const missing = files.filter((file) => !system.files.includes(file))
      const strange = system.files.filter(
        (file) =>
          !files.includes(file) && !split.includes(file) && !/^[a-z]+-relations\.ts$/.test(file),
      )
      assert.deepEqual({ missing, strange }, { missing: [], strange: [] })
    })

    it(`${system.name} exports what all export`, async () => {
      const definition = await definitionOf(system)
      assert.equal(definition.name, system.name)
      assert.equal(definition.schema.href, new URL('schema.graphql', system.folder).href)
      const { relations } = await exportsOf(system, 'relations.ts')
      const { databases, createLoaders } = await exportsOf(system, 'loaders.ts')
      const { resolvers } = await exportsOf(system, 'resolvers.ts')
      assert.equal(definition.databases[system.name]?.relations, relations)
      const parts: Readonly<Record<string, unknown>> = { ...definition }
      assert.equal(parts['databases'], databases)
      assert.equal(parts['loaders'], createLoaders)
      assert.equal(parts['resolvers'], resolvers)
      assert.deepEqual(Object.keys(await exportsOf(system, 'subgraph.ts')), ['subgraph'])
    })

    it(`${system.name} reads downwards`, () => {
      for (const [file, allowed] of Object.entries(below)) {
        const layer = layerOf(file)
        const parts = system.files.includes(layer)
          ? readdirSync(new URL(`${layer}/`, system.folder)).map((part) => `${layer}/${part}`)
          : []
        for (const path of [file, ...parts]) {
          const siblings = path === file ? [] : parts.map((part) => part.slice(layer.length + 1))
          const wrong = localImports(readFrom(system, path)).filter(
            (imported) =>
              !siblings.includes(imported) &&
              !allowed.includes(layerOf(imported).replace(/^[a-z]+-relations$/, 'relations')),
          )
          assert.deepEqual(wrong, [], `${system.name}/${path}`)
        }
      }
    })

    it(`${system.name} states its statements in source alone, which never sees the principal`, () => {
      const texts = (name: string) => [
        [`${name}.ts`, readFrom(system, `${name}.ts`)] as const,
        ...(system.files.includes(name)
          ? readdirSync(new URL(`${name}/`, system.folder)).map(
              (part) => [`${name}/${part}`, readFrom(system, `${name}/${part}`)] as const,
            )
          : []),
      ]
      for (const [path, text] of texts('source')) {
        assert.doesNotMatch(text, /principal/i, `${system.name}/${path}`)
      }
      for (const [path, text] of [...texts('resolvers'), ...texts('loaders')]) {
        assert.doesNotMatch(text, /\bselectFrom\(|\bsql`/, `${system.name}/${path}`)
      }
    })

    it(`${system.name} resolves only what its schema has`, async () => {
      const { schema, resolvers } = await definitionOf(system)
      const fields = new Map(
        parse(readFileSync(schema, 'utf8')).definitions.flatMap((type) => {
          if (type.kind === Kind.ENUM_TYPE_DEFINITION)
            return [[type.name.value, (type.values ?? []).map(({ name }) => name.value)] as const]
          return type.kind === Kind.OBJECT_TYPE_DEFINITION
            ? [[type.name.value, (type.fields ?? []).map(({ name }) => name.value)] as const]
            : []
        }),
      )
      const dead = Object.entries(resolvers).flatMap(([type, ofType]) =>
        Object.keys(ofType)
          .filter((name) => name !== '__resolveReference' && !fields.get(type)?.includes(name))
          .map((name) => `${type}.${name}`),
      )
      assert.deepEqual(dead, [])
    })

    it(`${system.name} has a short page for people`, () => {
      const lines = readFrom(system, 'README.md').trimEnd().split('\n')
      assert.ok(lines.length <= 30, `${lines.length} lines`)
      const page = lines.join(' ')
      for (const said of [/own(er|ed by)/i, /system of record/i, /keys/i, /scopes/i, /alone/]) {
        assert.match(page, said)
      }
    })
  }
})
