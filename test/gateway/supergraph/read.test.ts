/** A supergraph from a file: one that is there already, or one that is composed. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { AppError } from '#shared/errors.ts'
import { isBare, readSupergraph } from '../../../gateway/supergraph/read.ts'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'isthmus-read-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

const sdl = 'type Query { a: Int }\n'
const own = [{ name: 'platform', sdl: 'type Query { viewer: ID }' }]

describe('readSupergraph', () => {
  it('takes a supergraph as it is, without anything of ours, whatever is in it', (t) => {
    const path = join(folder(t), 'supergraph.graphql')
    writeFileSync(path, sdl)
    assert.equal(isBare(path), true)
    assert.deepEqual(readSupergraph(path, own), { sdl })
  })

  it('says which file cannot be read, and why inside', (t) => {
    const path = join(folder(t), 'absent.graphql')
    assert.throws(
      () => readSupergraph(path, []),
      (error: unknown) =>
        error instanceof AppError &&
        error.code === 'SUPERGRAPH_INVALID' &&
        error.message === `${path}: the file cannot be read.` &&
        (error.cause as NodeJS.ErrnoException).code === 'ENOENT',
    )
  })

  it('composes what supergraph.yaml lists with our own, and says where the systems are', (t) => {
    const path = join(folder(t), 'supergraph.yaml')
    writeFileSync(join(path, '../a.graphql'), sdl)
    writeFileSync(
      path,
      'subgraphs: { a: { routing_url: "http://a.test/", schema: { file: ./a.graphql } } }',
    )
    assert.equal(isBare(path), false)
    const read = readSupergraph(path, own)
    assert.match(read.sdl, /viewer: ID @join__field\(graph: PLATFORM\)/)
    const [place, ...more] = read.places ?? []
    assert.deepEqual([place?.name, place?.url, more], ['a', 'http://a.test/', []])
  })
})
