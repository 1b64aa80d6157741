/**
 * Isthmus as the gateway of a plain `@apollo/server`: what somebody gets who changes one line.
 * Arguments: port, supergraph.
 *
 * HOOK: the engine is not yet a `GatewayInterface`. When it is, import it here instead of the line
 * that throws; until then the benchmark lists this contestant as missing and fails.
 */
import { readFileSync } from 'node:fs'
import type { GatewayInterface } from '@apollo/server-gateway-interface'
import { host } from './apollo-host.ts'

const [, , port = '', supergraph = ''] = process.argv
await host(gatewayOver(readFileSync(supergraph, 'utf8')), Number(port))

function gatewayOver(_supergraphSdl: string): GatewayInterface {
  // return new IsthmusGateway({ supergraphSdl })
  console.error('the engine is no GatewayInterface yet: see the hook in isthmus-in-apollo.ts')
  process.exit(1)
}
