/** Plain Apollo Gateway over HTTP, with nothing set but the supergraph. Arguments: port, supergraph. */
import { readFileSync } from 'node:fs'
import { ApolloGateway } from '@apollo/gateway'
import { host } from './apollo-host.ts'

const [, , port = '', supergraph = ''] = process.argv
await host(new ApolloGateway({ supergraphSdl: readFileSync(supergraph, 'utf8') }), Number(port))
