#include "render/scripts.hpp"

#include <boost/json/value.hpp>
#include "kaito/json/json.hpp"
#include "render/command.hpp"

namespace kaito::render {

namespace {

std::string assignment(std::string_view name, std::string_view value) {
  return std::string(name) + '=' + shell_word(value) + '\n';
}

constexpr std::string_view pull = R"(work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fetch() {
  rm -rf "$work/image"
  skopeo copy --dest-decompress "$@" "docker://$IMG_REF" "dir:$work/image"
}
fetch_with_secrets() {
  find -L "$HOME/.docker/config.d" -type f 2>/dev/null >"$work/secrets" || true
  while IFS= read -r secret; do
    if fetch --src-authfile "$secret" </dev/null; then return 0; fi
  done <"$work/secrets"
  return 1
}
if ! fetch && ! fetch_with_secrets; then
  echo "cannot pull $IMG_REF" >&2
  exit 1
fi
mkdir "$work/root"
for layer in $(skopeo inspect --format '{{range .Layers}}{{println .}}{{end}}' "dir:$work/image"); do
  tar -xf "$work/image/${layer#*:}" -C "$work/root"
done
mv "$work/root/data" "$VOL_DIR"
)";

constexpr std::string_view download = R"(set -u
if [ -z "${DATA_URLS:-}" ]; then
  echo "DATA_URLS is empty" >&2
  exit 1
fi
set -f
for url in $DATA_URLS; do
  case $url in
    http://*|https://*) ;;
    *) echo "not an http or https URL: $url" >&2; exit 1 ;;
  esac
  file=${url##*/}
  file=$DATA_VOLUME_PATH/${file%%[?#]*}
  fetched=no
  for attempt in 1 2 3; do
    status=$(curl -sSL -o "$file" -w '%{http_code}' "$url") || status=failed
    if [ "$status" = 200 ] && [ -s "$file" ]; then
      fetched=yes
      break
    fi
    rm -f "$file"
    echo "attempt $attempt: $url: $status" >&2
    sleep 2
  done
  [ "$fetched" = yes ] || exit 1
done
)";

constexpr std::string_view push = R"(until [ -f "$SENTINEL_PATH" ]; do sleep 1; done
work=$(mktemp -d)
mkdir "$work/data"
cp "$VOL_DIR/adapter_config.json" "$VOL_DIR/adapter_model.safetensors" "$work/data/"
cd "$work"
tar -cf layer.tar data
digest=$(sha256sum layer.tar | cut -d ' ' -f 1)
gzip -9 layer.tar
printf '{"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$digest" >config.json
printf '%s' "$ANNOTATIONS" >annotations.json
oras push --oci-layout layout:latest --annotation-file annotations.json \
  --config config.json:application/vnd.oci.image.config.v1+json \
  layer.tar.gz:application/vnd.oci.image.layer.v1.tar+gzip
oras cp --from-oci-layout layout:latest "$IMG_REF"
pkill -CHLD -x pause
)";

/// The server's container reads the variables with `.`, as shell: values are quoted.
constexpr std::string_view fetch_sas = R"(import json
import os
import posixpath
import shlex
import xml.etree.ElementTree as xml
from urllib.parse import quote, urlsplit, urlunsplit
from urllib.request import Request, urlopen

from azure.identity import WorkloadIdentityCredential

AUDIENCES = {"public": "https://management.azure.com", "byo": "https://ai.azure.com"}


def addresses(given, public):
    """Where to ask for the model, and where for a signed URL to it."""
    parts = urlsplit(given)
    path = parts.path.rstrip("/")
    if public:
        if "/datarefs/" not in path:
            raise SystemExit("STREAM_DATAREFS_URL has no /datarefs/: " + given)
        paths = path.replace("/datarefs/", "/models/", 1), path
    else:
        paths = path, path + "/credentials"
    return [urlunsplit(parts._replace(path=each)) for each in paths]


def call(address, token, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
    with urlopen(Request(address, data=data, headers=headers), timeout=60) as answer:
        return json.load(answer)


def reference(answer):
    return answer.get("blobReferenceForConsumption") or answer.get("blobReference") or {}


def weight_files(container):
    """The names of the container's weight files, page by page."""
    names, marker = [], ""
    while True:
        page = container + "&restype=container&comp=list&marker=" + quote(marker, safe="")
        with urlopen(page, timeout=60) as answer:
            root = xml.fromstring(answer.read())
        names += [each.text for each in root.iter("Name") if each.text.endswith(".safetensors")]
        marker = root.findtext("NextMarker") or ""
        if not marker:
            return names


source = os.environ["STREAM_SOURCE_TYPE"]
if source not in AUDIENCES:
    raise SystemExit("STREAM_SOURCE_TYPE is neither public nor byo: " + source)
credential = WorkloadIdentityCredential(client_id=os.environ["STREAM_IDENTITY_CLIENT_ID"])
token = credential.get_token(AUDIENCES[source] + "/.default").token
model_address, sign_address = addresses(os.environ["STREAM_DATAREFS_URL"], source == "public")

model = call(model_address, token)
blob = (model.get("properties") or {}).get("modelUri") or reference(model).get("blobUri")
if not blob:
    raise SystemExit("the model's answer names no blob")
wanted = {"blobUri": blob}
if source == "public" and model.get("id"):
    wanted["assetId"] = model["id"]
signed = reference(call(sign_address, token, wanted)).get("credential", {}).get("sasUri", "")
if "?" not in signed:
    raise SystemExit("the answer has no signed URL")

where = urlsplit(blob)
folders = {posixpath.dirname(name) for name in weight_files(signed)}
folder = posixpath.commonpath(folders) if folders else ""
container = where.path.lstrip("/").split("/", 1)[0]
variables = {
    "AZURE_STORAGE_ACCOUNT_NAME": where.netloc.split(".")[0],
    "AZURE_STORAGE_SAS_TOKEN": signed.split("?", 1)[1],
    "STREAM_MODEL_URI": "az://" + container + ("/" + folder if folder else ""),
}
with open(os.environ["STREAM_ENV_FILE"], "w", encoding="utf-8") as file:
    os.fchmod(file.fileno(), 0o600)
    for name, value in variables.items():
        file.write(name + "=" + shlex.quote(value) + "\n")
)";

constexpr std::string_view old_download = R"(set -u
if [ -z "${DATA_URLS:-}" ]; then
  echo "DATA_URLS is empty" >&2
  exit 1
fi
set -f
for url in $DATA_URLS; do
  file=$DATA_VOLUME_PATH/$(basename "$url" | sed 's/[?=&]/_/g')
  fetched=no
  for attempt in 1 2 3; do
    status=$(curl -sSL -o "$file" -w '%{http_code}' "$url") || status=failed
    if [ "$status" = 200 ] && [ -s "$file" ]; then
      fetched=yes
      break
    fi
    rm -f "$file"
    sleep 2
  done
  [ "$fetched" = yes ] || exit 1
done
)";

constexpr std::string_view old_push = R"(dockerd-entrypoint.sh dockerd >/dev/null 2>&1 &
until docker info >/dev/null 2>&1; do sleep 1; done
until [ -f "$VOL_DIR/fine_tuning_completed.txt" ]; do sleep 10; done
work=$(mktemp -d)
cp "$VOL_DIR/adapter_config.json" "$VOL_DIR/adapter_model.safetensors" "$work/"
cd "$work"
printf 'FROM busybox:latest\nRUN mkdir -p /data\nADD adapter_config.json /data\nADD adapter_model.safetensors /data\n' >Dockerfile
docker build -t "$IMG_REF" .
until docker --config /tmp/.docker/config push "$IMG_REF"; do sleep 10; done
)";

}  // namespace

std::string puller_script(std::string_view image, std::string_view directory) {
  return "set -eu\n" + assignment("IMG_REF", image) + assignment("VOL_DIR", directory) +
         std::string(pull);
}

std::string downloader_script() {
  return std::string(download);
}

std::string pusher_script(std::string_view directory, std::string_view image,
                          std::string_view preset) {
  const std::string annotations =
      R"({"$manifest":{"sh.kaito.model.name":)" + json::quoted(preset) + "}}";
  return "set -eu\n" + assignment("VOL_DIR", directory) + assignment("IMG_REF", image) +
         assignment("SENTINEL_PATH", std::string(directory) + "/fine_tuning_completed.txt") +
         assignment("ANNOTATIONS", annotations) + std::string(push);
}

std::string fetch_sas_script() {
  return std::string(fetch_sas);
}

std::string old_downloader_script() {
  return std::string(old_download);
}

std::string old_pusher_script(std::string_view directory, std::string_view image) {
  return "set -eu\n" + assignment("VOL_DIR", directory) + assignment("IMG_REF", image) +
         std::string(old_push);
}

}  // namespace kaito::render
