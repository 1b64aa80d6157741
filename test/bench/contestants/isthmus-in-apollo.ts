/**
 * Isthmus as the gateway of a plain `@apollo/server`: what somebody gets who changes one line.
 * Arguments: port, supergraph.
 */
import { readFileSync } from 'node:fs'
import { IsthmusGateway } from '../../../gateway/isthmus-gateway.ts'
import { host } from './apollo-host.ts'

const [, , port = '', supergraph = ''] = process.argv
await host(new IsthmusGateway({ supergraphSdl: readFileSync(supergraph, 'utf8') }), Number(port))
