"""An HL7 engine's receiver: MLLP over TLS, an AA acknowledgement to each message. Keeps nothing."""
import asyncio
import ssl
import sys

import hl7
from hl7.mllp import start_hl7_server


async def receive(reader, writer):
    try:
        while not writer.is_closing():
            message = await reader.readmessage()
            writer.writemessage(message.create_ack())
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError, hl7.HL7Exception):
        pass
    finally:
        writer.close()


async def main():
    address, port, certificate, key = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    async with await start_hl7_server(receive, host=address, port=int(port), ssl=context) as server:
        await server.serve_forever()


asyncio.run(main())
