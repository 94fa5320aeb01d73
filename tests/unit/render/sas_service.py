"""Runs a SAS script (the argument) against a service of this process, with a credential of its own.

NO_BLOB, NO_SAS and REFUSED in the environment make the service answer less.
"""

import http.server
import json
import os
import runpy
import sys
import threading
import types
import urllib.parse

PUBLIC = os.environ["STREAM_SOURCE_TYPE"] == "public"
MODEL = "/registries/r/models/m/versions/1" if PUBLIC else "/projects/p/models/m/versions/1"
SIGN = "/registries/r/datarefs/m/versions/1" if PUBLIC else MODEL + "/credentials"
BLOB = "https://account.blob.example.com/container/some/path"
QUERY = "sv=2024&sig='a$(touch${IFS}INJECTED)%3D;b'&se=x"
PAGES = {"": (["models/one/model-1.safetensors", "models/one/config.json"], "next page"),
         "next page": (["models/one/sub/model-2.safetensors", "other/readme"], "")}


class Service(http.server.BaseHTTPRequestHandler):
    def answer(self, body, code=200):
        data = body.encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def is_bearer(self):
        audience = "https://management.azure.com" if PUBLIC else "https://ai.azure.com"
        wanted = "Bearer client for " + audience + "/.default"
        return self.headers["Authorization"] == wanted and "REFUSED" not in os.environ

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        if address.path == "/container":
            query = urllib.parse.parse_qs(address.query, keep_blank_values=True)
            if query["comp"] != ["list"] or query["restype"] != ["container"]:
                return self.answer("no list", 400)
            names, marker = PAGES[query["marker"][0]]
            blobs = "".join("<Blob><Name>%s</Name></Blob>" % name for name in names)
            return self.answer("<?xml version='1.0'?><EnumerationResults><Blobs>%s</Blobs>"
                               "<NextMarker>%s</NextMarker></EnumerationResults>" % (blobs, marker))
        if address.path != MODEL or not self.is_bearer():
            return self.answer("not here", 403)
        if "NO_BLOB" in os.environ:
            return self.answer("{}")
        if PUBLIC:
            return self.answer(json.dumps({"id": "asset", "properties": {"modelUri": BLOB}}))
        return self.answer(json.dumps({"blobReference": {"blobUri": BLOB}}))

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        wanted = {"blobUri": BLOB, "assetId": "asset"} if PUBLIC else {"blobUri": BLOB}
        if self.path != SIGN or not self.is_bearer() or body != wanted:
            return self.answer("not here", 403)
        uri = "" if "NO_SAS" in os.environ else ADDRESS + "/container?" + QUERY
        return self.answer(json.dumps(
            {"blobReferenceForConsumption": {"credential": {"sasUri": uri}}}))

    def log_message(self, *_):
        pass


class Credential:
    def __init__(self, client_id):
        self.client = client_id

    def get_token(self, scope):
        return types.SimpleNamespace(token=self.client + " for " + scope)


azure = types.ModuleType("azure")
azure.identity = types.ModuleType("azure.identity")
azure.identity.WorkloadIdentityCredential = Credential
sys.modules.update({"azure": azure, "azure.identity": azure.identity})
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
ADDRESS = "http://127.0.0.1:%d" % server.server_address[1]
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["STREAM_DATAREFS_URL"] = ADDRESS + (SIGN if PUBLIC else MODEL)
runpy.run_path(sys.argv[1], run_name="__main__")
