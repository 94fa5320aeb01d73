// The programs that pods run are our own: each is parsed, and run against stand-ins for skopeo,
// oras, docker, curl and the SAS service.
#include <doctest/doctest.h>

#include <boost/json/value.hpp>

#include "cases.hpp"
#include "kaito/json/json.hpp"
#include "render/scripts.hpp"
#include "shell.hpp"
#include "support/repository.hpp"

namespace kaito::render::test {
namespace {

bool has_text(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("every command line of the goldens parses") {
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(golden_folder())) {
    if (entry.path().filename() != "expected.yaml") continue;
    CAPTURE(entry.path().string());
    std::vector<std::string> lines;
    for (const auto& document : documents_of(read_file(entry.path())))
      find_command_lines(document.value(), lines);
    for (const std::string& line : lines) {
      CAPTURE(line);
      const Folder folder;
      folder.write("line", line);
      CHECK(run_in_shell(folder, "sh -n line").exit_code == 0);
      ++seen;
    }
  }
  CHECK(seen > 100);
}

/// `skopeo copy` of an image whose first layer has /data/a and /etc/x, and whose second replaces
/// /data/a; with `only_with` only with an auth file of that content.
void add_skopeo(const Folder& folder, const std::string& only_with = "") {
  folder.write("layer1/data/a", "old");
  folder.write("layer1/etc/x", "x");
  folder.write("layer2/data/a", "new");
  folder.write("layer2/data/sub/b", "b");
  const std::string here = folder.path().string();
  folder.add_program("skopeo", "here='" + here + "'\nonly_with='" + only_with + R"('
if [ "$1" = inspect ]; then
  echo sha256:1111
  echo sha256:2222
  exit 0
fi
secret=
while [ $# -gt 0 ]; do
  case $1 in
    --src-authfile) secret=$2; shift ;;
    dir:*) target=${1#dir:} ;;
  esac
  shift
done
if [ -n "$only_with" ]; then
  [ -n "$secret" ] || exit 1
  grep -q "$only_with" "$secret" || exit 1
fi
mkdir "$target"
tar -cf "$target/1111" -C "$here/layer1" .
tar -cf "$target/2222" -C "$here/layer2" .
)");
}

TEST_CASE("the puller unpacks an image's layers in order and keeps its /data") {
  const Folder folder;
  add_skopeo(folder);
  const auto target = folder.path() / "adapter";
  const auto ran = run_in_shell(folder, puller_script("reg.example.com/a:1", target.string()));
  INFO(folder.text("errors"));
  CHECK(ran.exit_code == 0);
  CHECK(folder.text("adapter/a") == "new");
  CHECK(folder.text("adapter/sub/b") == "b");
  CHECK_FALSE(folder.has("adapter/x"));
  CHECK(has_text(folder.text("calls"), "docker://reg.example.com/a:1"));
}

TEST_CASE("the puller's files go into a directory that is there already") {
  const Folder folder;
  add_skopeo(folder);
  std::filesystem::create_directory(folder.path() / "mounted");
  const auto target = (folder.path() / "mounted").string();
  CHECK(run_in_shell(folder, puller_script("reg.example.com/a:1", target)).exit_code == 0);
  CHECK(folder.text("mounted/data/a") == "new");
}

TEST_CASE("the puller tries anonymously, then with each secret; without success it fails") {
  const Folder folder;
  add_skopeo(folder, "right");
  folder.write(".docker/config.d/a-inference-adapter/1.json", "wrong");
  folder.write(".docker/config.d/a-inference-adapter/2.json", "right");
  const auto target = (folder.path() / "adapter").string();
  CHECK(run_in_shell(folder, puller_script("reg.example.com/a:1", target)).exit_code == 0);
  CHECK(folder.text("adapter/a") == "new");

  const Folder refused;
  add_skopeo(refused, "right");
  const auto nowhere = (refused.path() / "adapter").string();
  const auto ran = run_in_shell(refused, puller_script("reg.example.com/a:1", nowhere));
  CHECK(ran.exit_code == 1);
  CHECK(has_text(refused.text("errors"), "cannot pull reg.example.com/a:1"));
  CHECK_FALSE(refused.has("adapter"));
}

/// A curl that fails as often as "fails" has lines, then writes the URL to the file.
void add_curl(const Folder& folder, const std::string& fails) {
  folder.write("fails", fails);
  folder.add_program("sleep", "");
  folder.add_program("curl", "cd '" + folder.path().string() + R"('
while [ $# -gt 1 ]; do
  [ "$1" = -o ] && file=$2
  shift
done
if [ -s fails ]; then
  sed -i 1d fails
  echo part >"$file"
  printf 503
  exit 0
fi
printf '%s' "$1" >"$file"
printf 200
)");
}

std::string with_urls(const Folder& folder, const std::string& urls, const std::string& script) {
  return "DATA_URLS='" + urls + "'\nDATA_VOLUME_PATH='" + folder.path().string() +
         "/data'\nmkdir data\n" + script;
}

TEST_CASE("the downloader names files after their URLs") {
  const Folder folder;
  add_curl(folder, "");
  const std::string urls =
      "https://e.com/a/x.parquet?download=true http://e.com/y.json#1 "
      "https://e.com/z*?a=b/c.txt";
  const auto ran = run_in_shell(folder, with_urls(folder, urls, downloader_script()));
  INFO(folder.text("errors"));
  CHECK(ran.exit_code == 0);
  CHECK(folder.text("data/x.parquet") == "https://e.com/a/x.parquet?download=true");
  CHECK(folder.text("data/y.json") == "http://e.com/y.json#1");
  CHECK(folder.text("data/c.txt") == "https://e.com/z*?a=b/c.txt");
}

TEST_CASE("the downloader tries three times, and keeps no part of a file") {
  for (const bool old : {false, true}) {
    CAPTURE(old);
    const std::string script = old ? old_downloader_script() : downloader_script();
    const Folder folder;
    add_curl(folder, "1\n2\n");
    CHECK(run_in_shell(folder, with_urls(folder, "https://e.com/x", script)).exit_code == 0);
    CHECK(folder.text("data/x") == "https://e.com/x");
    const Folder failing;
    add_curl(failing, "1\n2\n3\n");
    CHECK(run_in_shell(failing, with_urls(failing, "https://e.com/x", script)).exit_code == 1);
    CHECK_FALSE(failing.has("data/x"));
  }
}

TEST_CASE("the downloader refuses no URLs and other schemes") {
  for (const char* urls : {"", "file:///etc/passwd", "https://e.com/x ftp://e.com/y"}) {
    CAPTURE(urls);
    const Folder folder;
    add_curl(folder, "");
    CHECK(run_in_shell(folder, with_urls(folder, urls, downloader_script())).exit_code == 1);
    CHECK_FALSE(folder.has("data/y"));
  }
}

TEST_CASE("v0.3's downloader replaces what a URL has and a file name has not") {
  const Folder folder;
  add_curl(folder, "");
  const auto ran = run_in_shell(
      folder,
      with_urls(folder, "https://e.com/a/x.parquet?download=true&a=b", old_downloader_script()));
  INFO(folder.text("errors"));
  CHECK(ran.exit_code == 0);
  CHECK(folder.has("data/x.parquet_download_true_a_b"));
}

TEST_CASE("the pusher waits for the adapter and pushes it as one layer") {
  const Folder folder;
  const std::string here = folder.path().string();
  folder.write("results/adapter_config.json", "{}");
  folder.write("results/adapter_model.safetensors", "weights");
  folder.write("results/checkpoint/other", "x");
  folder.add_program("sleep", "touch '" + here + "/results/fine_tuning_completed.txt'\n");
  folder.add_program("pkill", "");
  folder.add_program("oras", "here='" + here + R"('
[ "$1" = push ] || exit 0
cp annotations.json config.json layer.tar.gz "$here"
)");
  std::string script =
      pusher_script(here + "/results", "reg.example.com/out:1", "phi-3-mini-4k-instruct");
  const auto doubled = script.find("$$manifest");  // the kubelet makes one $ of two
  REQUIRE(doubled != std::string::npos);
  script.erase(doubled, 1);
  const auto ran = run_in_shell(folder, script);
  INFO(folder.text("errors"));
  CHECK(ran.exit_code == 0);
  CHECK(has_text(folder.text("calls"),
                 "oras cp --from-oci-layout layout:latest reg.example.com/out:1\n"
                 "pkill -CHLD -x pause\n"));
  CHECK(folder.text("annotations.json") ==
        R"({"$manifest":{"sh.kaito.model.name":"phi-3-mini-4k-instruct"}})");
  const auto unpacked = run_in_shell(
      folder,
      "gzip -d layer.tar.gz && tar -xf layer.tar && ls data && sha256sum layer.tar | cut -c 1-64");
  CHECK(unpacked.out.starts_with("adapter_config.json\nadapter_model.safetensors\n"));
  const auto config = json::parse(folder.text("config.json"));
  REQUIRE(config);
  const auto* ids = json::find(*config, {"rootfs", "diff_ids"});
  REQUIRE(ids != nullptr);
  REQUIRE(ids->is_array());
  CHECK(has_text(unpacked.out, std::string(ids->get_array().at(0).as_string().subview(7))));
}

TEST_CASE("v0.3's image build waits for docker and the adapter, and pushes until it works") {
  const Folder folder;
  const std::string here = folder.path().string();
  folder.write("results/adapter_config.json", "{}");
  folder.write("results/adapter_model.safetensors", "weights");
  folder.add_program("dockerd-entrypoint.sh", "");
  // Each wait brings what is waited for: first the daemon, then the results, then the registry.
  folder.add_program("sleep", "cd '" + here + R"('
if [ ! -f daemon ]; then touch daemon
elif [ ! -f results/fine_tuning_completed.txt ]; then touch results/fine_tuning_completed.txt
else touch registry
fi
)");
  folder.add_program("docker", "here='" + here + R"('
case $1 in
  info) [ -f "$here/daemon" ] ;;
  build) cp Dockerfile "$here" && ls | sort >"$here/context" ;;
  --config) [ -f "$here/registry" ] ;;
esac
)");
  const auto ran =
      run_in_shell(folder, old_pusher_script(here + "/results", "reg.example.com/out:1"));
  INFO(folder.text("errors"));
  CHECK(ran.exit_code == 0);
  CHECK(folder.text("context") == "Dockerfile\nadapter_config.json\nadapter_model.safetensors\n");
  CHECK(folder.text("Dockerfile") ==
        "FROM busybox:latest\nRUN mkdir -p /data\nADD adapter_config.json /data\n"
        "ADD adapter_model.safetensors /data\n");
  CHECK(has_text(folder.text("calls"), "docker build -t reg.example.com/out:1 .\n"));
  CHECK(has_text(folder.text("calls"),
                 "docker --config /tmp/.docker/config push reg.example.com/out:1\n"));
}

/// fetch_sas.py against a service of its own; what it wrote as the server's container reads it.
Ran fetch_sas(const Folder& folder, const std::string& source, const std::string& extra = "") {
  folder.write("fetch_sas.py", fetch_sas_script());
  const auto service = kaito::test::repository() / "tests/unit/render/sas_service.py";
  return run_in_shell(folder, "STREAM_SOURCE_TYPE=" + source + "\n" + extra +
                                  "STREAM_ENV_FILE=\"$HOME/env\" STREAM_IDENTITY_CLIENT_ID=client\n"
                                  "export STREAM_SOURCE_TYPE STREAM_ENV_FILE "
                                  "STREAM_IDENTITY_CLIENT_ID\n"
                                  "python3 -B '" +
                                  service.string() +
                                  "' fetch_sas.py || exit 1\n"
                                  "set -a; . ./env; set +a\n"
                                  "printf '%s\\n' \"$AZURE_STORAGE_ACCOUNT_NAME\" "
                                  "\"$AZURE_STORAGE_SAS_TOKEN\" \"$STREAM_MODEL_URI\"\n"
                                  "stat -c %a env\n");
}

TEST_CASE("the SAS script asks for model, signature and files, and writes what a shell can read") {
  for (const char* source : {"public", "byo"}) {
    CAPTURE(source);
    const Folder folder;
    const auto ran = fetch_sas(folder, source);
    INFO(folder.text("errors"));
    CHECK(ran.exit_code == 0);
    CHECK(ran.out ==
          "account\nsv=2024&sig='a$(touch${IFS}INJECTED)%3D;b'&se=x\naz://container/models/"
          "one\n600\n");
    CHECK_FALSE(folder.has("INJECTED"));
  }
}

TEST_CASE("a SAS script that cannot go on writes nothing and fails") {
  for (const char* extra : {"STREAM_SOURCE_TYPE=other\n", "export NO_BLOB=1\n", "export NO_SAS=1\n",
                            "export REFUSED=1\n"}) {
    CAPTURE(extra);
    const Folder folder;
    CHECK(fetch_sas(folder, "public", extra).exit_code != 0);
    CHECK_FALSE(folder.has("env"));
    CHECK(folder.text("errors") != "");
  }
}

}  // namespace
}  // namespace kaito::render::test
