"""Makes one request and tells by its exit status whether it succeeded."""
import sys

import httpx

with httpx.Client(http1=False, http2=True, verify=sys.argv[2]) as client:
    client.get(sys.argv[1]).raise_for_status()
