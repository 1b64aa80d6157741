/** Answers known bytes: what HTTP itself costs. Arguments: port, a file of answers by question. */
import { readFileSync } from 'node:fs'
import { operationOf, serveAnswers } from './answering.ts'

const [, , port = '', file = ''] = process.argv
const stored = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, string>> // ours
const answers = new Map(Object.entries(stored).map(([key, text]) => [key, Buffer.from(text)]))
const unknown = Buffer.from('{"data":{"__typename":"Query"}}')

await serveAnswers(Number(port), (asked) => {
  return answers.get(`${operationOf(asked)} ${JSON.stringify(asked.variables)}`) ?? unknown
})
