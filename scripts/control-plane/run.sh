#!/bin/bash
# Usage: scripts/control-plane/run.sh [--dir DIR] [--wait-controllers] -- COMMAND...
#
# Runs COMMAND next to a real Kubernetes control plane (etcd, kube-apiserver, kube-controller-manager; no scheduler, no
# kubelet) in a network namespace of its own, passes on COMMAND's exit code, and ends everything that is left there.
# The namespace has loopback and the address 10.77.0.1, nothing else: what COMMAND does cannot reach another machine.
# Needs what scripts/control-plane/build.sh built, and root or the right to create user namespaces.
#
#   --dir DIR           keep keys, logs and the audit log in DIR; otherwise in a temporary folder, which is kept only when
#                       something failed
#   --wait-controllers  start COMMAND only once the controllers and the garbage collector work (some seconds more);
#                       otherwise they come up while COMMAND runs
#
# COMMAND finds in its environment:
#
#   KUBECONFIG                 configuration of an administrator, by token
#   KAITO_TEST_SERVER          address of the API server, https://10.77.0.1:PORT. Its certificate names that address,
#                              "localhost" and the names of the service, but not 127.0.0.1, where it listens too
#   KAITO_TEST_CA              certificate authority of the server and of the client certificate
#   KAITO_TEST_TOKEN           bearer token of the administrator ("admin", group system:masters)
#   KAITO_TEST_TOKEN_LIMITED   bearer token of "alice", who may do nothing that is not granted to everybody
#   KAITO_TEST_CLIENT_CERT, KAITO_TEST_CLIENT_KEY   client certificate of the administrator "cert-admin"
#   KAITO_TEST_ADDRESS         10.77.0.1: the API server's service proxy reaches what listens there
#   KAITO_TEST_KUBECTL         kubectl (first on PATH, too), with a discovery cache of its own
#   KAITO_TEST_AUDIT_LOG       audit log, one JSON object per line. Before the server handles a request, it has written that
#                              request's line with "stage":"RequestReceived": count those
#
# Exit codes: COMMAND's own; 1 when the control plane does not start; 2 wrong usage; 130 and 143 when interrupted.
# shellcheck source-path=SCRIPTDIR disable=SC2317 # functions are also called through trap and wait_until
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../lib/report.sh
. "$here/../lib/report.sh"
# shellcheck source=../lib/control_plane_cache.sh
. "$here/../lib/control_plane_cache.sh"
# shellcheck source=../lib/control_plane_files.sh
. "$here/../lib/control_plane_files.sh"

address=10.77.0.1
start_seconds=180
declare -A pids=() # the daemons, by name
dir='' keep='' wait_controllers='' inside='' interrupted='' command_pid=''

parse_arguments() {
  while [[ $# -gt 0 ]]; do
    case $1 in
      --dir)
        [[ -n ${2-} ]] || usage_error "--dir needs a folder"
        dir=$2 keep=yes
        shift
        ;;
      --wait-controllers) wait_controllers=yes ;;
      --inside) inside=yes ;; # how this script calls itself in the new namespace
      -h | --help) print_help "$0" && exit ;;
      --)
        shift
        command=("$@")
        [[ $# -gt 0 ]] || usage_error "no command after --"
        return
        ;;
      *) usage_error "unexpected argument: $1 (a command stands after --)" ;;
    esac
    shift
  done
  usage_error "no command: run.sh [options] -- COMMAND..."
}

# enter_namespace ARGUMENTS...: starts this script again in a network namespace of its own.
enter_namespace() {
  local tool unshare=(unshare --net)
  for tool in unshare setpriv ip curl openssl; do
    command -v "$tool" >/dev/null || fail "no $tool on this machine: run scripts/deps.sh test first"
  done
  built_control_plane >/dev/null || fail "the control plane is not built yet: run scripts/control-plane/build.sh first"
  if [[ $EUID -ne 0 ]]; then
    unshare=(unshare --user --map-root-user --net)
    "${unshare[@]}" true 2>/dev/null ||
      fail "a network namespace of its own needs root (or unprivileged user namespaces, which are off here): run this as root"
  else
    "${unshare[@]}" true || fail "this system lets not even root create a network namespace (a container without CAP_SYS_ADMIN?)"
  fi
  exec "${unshare[@]}" "$0" --inside "$@"
}

configure_network() {
  # Everything in this namespace is killed in the end, so it had better be a new one: only there, even loopback is down.
  [[ -z $(ip -oneline link show up) ]] || fail "not in a network namespace of its own"
  ip link set lo up
  ip address add "$address/24" dev lo
  ip route add default dev lo
  # A proxy of the machine outside cannot be reached from here.
  unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
}

# daemon NAME PROGRAM ARGUMENTS...: starts it with its output in logs/NAME.log; it dies with this script, whatever ends that.
daemon() {
  local name=$1
  shift
  setsid setpriv --pdeathsig KILL "$@" >"$dir/logs/$name.log" 2>&1 </dev/null &
  pids[$name]=$!
}

# wait_until NAME COMMAND...: polls COMMAND until it succeeds; gives up at the deadline or when the daemon NAME has ended.
wait_until() {
  local name=$1 deadline=$((SECONDS + start_seconds)) reason=''
  shift
  until "$@" >/dev/null 2>&1; do
    if ! kill -0 "${pids[$name]}" 2>/dev/null; then
      reason="$name ended while starting"
    elif ((SECONDS >= deadline)); then
      reason="$name was not ready within $start_seconds seconds"
    fi
    if [[ -n $reason ]]; then
      tail -n 5 "$dir/logs/$name.log" >&2
      fail "$reason; the end of its log is above"
    fi
    sleep 0.05
  done
}

etcd_listens() { : <"/dev/tcp/127.0.0.1/2379"; }
api_get() { curl -sf --max-time 2 --cacert "$KAITO_TEST_CA" -H @"$dir/admin.header" "$KAITO_TEST_SERVER$1"; }
api_serves() { api_get /readyz && api_get /api/v1/namespaces/default; }
controllers_work() {
  grep -q 'all resource monitors have synced' "$dir/logs/kube-controller-manager.log" &&
    api_get /api/v1/namespaces/default/serviceaccounts/default
}

start_etcd() {
  # Arm machines are refused by this release unless they are named; the short intervals make its one member lead at once.
  ETCD_UNSUPPORTED_ARCH=$(dpkg --print-architecture) daemon etcd "$bin/etcd" --unsafe-no-fsync \
    --data-dir="$dir/etcd" --heartbeat-interval=10 --election-timeout=100 \
    --listen-client-urls=http://127.0.0.1:2379 --advertise-client-urls=http://127.0.0.1:2379 \
    --listen-peer-urls=http://127.0.0.1:2380
}

start_apiserver() {
  daemon kube-apiserver "$bin/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 \
    --secure-port="$port" --bind-address=0.0.0.0 --advertise-address="$address" --cert-dir="$dir" \
    --tls-cert-file="$dir/server.crt" --tls-private-key-file="$dir/server.key" \
    --client-ca-file="$dir/ca.crt" --token-auth-file="$dir/tokens.csv" \
    --service-account-issuer=https://kubernetes.default.svc \
    --service-account-key-file="$dir/service-account.key" \
    --service-account-signing-key-file="$dir/service-account.key" \
    --authorization-mode=RBAC --disable-admission-plugins=ServiceAccount --allow-privileged \
    --service-cluster-ip-range=10.0.0.0/24 \
    --audit-policy-file="$dir/audit-policy.yaml" --audit-log-path="$dir/audit.log"
}

start_controllers() {
  # Without the node lifecycle controller no node is ever marked NotReady, so nobody has to send heartbeats.
  daemon kube-controller-manager "$bin/kube-controller-manager" --kubeconfig="$dir/admin.kubeconfig" \
    --leader-elect=false --secure-port=0 --port=0 --use-service-account-credentials=false \
    --service-account-private-key-file="$dir/service-account.key" --root-ca-file="$dir/ca.crt" \
    --controllers=garbagecollector,namespace,serviceaccount,serviceaccount-token,root-ca-cert-publisher,deployment,replicaset,statefulset,job,endpoint,endpointslice
}

export_environment() {
  export KUBECONFIG=$dir/admin.kubeconfig
  export KAITO_TEST_SERVER=https://$address:$port
  export KAITO_TEST_ADDRESS=$address
  export KAITO_TEST_CA=$dir/ca.crt
  export KAITO_TEST_CLIENT_CERT=$dir/client.crt
  export KAITO_TEST_CLIENT_KEY=$dir/client.key
  export KAITO_TEST_KUBECTL=$dir/bin/kubectl
  export KAITO_TEST_AUDIT_LOG=$dir/audit.log
  export PATH=$dir/bin:$PATH
}

# end_everything: kills whatever else runs in this namespace, first what is known by its number.
end_everything() {
  local process
  [[ ${#pids[@]} -eq 0 ]] || kill -KILL "${pids[@]}" 2>/dev/null || true
  for process in /proc/[0-9]*; do
    [[ $process/ns/net -ef /proc/$$/ns/net && ${process##*/} != "$$" && ${process##*/} != "$BASHPID" ]] || continue
    kill -KILL "${process##*/}" 2>/dev/null || true
  done
  wait 2>/dev/null || true
}

finish() {
  local code=$?
  trap '' INT TERM
  end_everything
  rm -rf "$dir/etcd"
  if [[ $code -ne 0 && -z $interrupted ]]; then
    say "exit code $code; the logs of the control plane are in $dir/logs"
  elif [[ -z $keep ]]; then
    rm -rf "$dir"
  fi
  exit "$code"
}

# interrupt CODE: asks COMMAND to end, gives it a moment, and leaves the rest to finish().
interrupt() {
  trap '' INT TERM
  interrupted=yes
  if [[ -n $command_pid ]] && kill -TERM "$command_pid" 2>/dev/null; then
    timeout 5 tail --pid="$command_pid" -s 0.1 -f /dev/null || true
  fi
  exit "$1"
}

parse_arguments "$@"
[[ -n $inside ]] || enter_namespace "$@"
configure_network
bin=$(built_control_plane)
port=6443
callers_umask=$(umask)
umask 077
if [[ -n $dir ]]; then
  mkdir -p "$dir"
  dir=$(cd "$dir" && pwd)
  rm -rf "$dir/etcd" "$dir/audit.log"
else
  dir=$(mktemp -d "${TMPDIR:-/tmp}/kaitoctl-control-plane.XXXXXX")
fi
mkdir -p "$dir/logs" "$dir/bin"
trap finish EXIT
trap 'interrupt 130' INT
trap 'interrupt 143' TERM

start_etcd
export_environment
write_control_plane_files "$dir" "$bin" "$address" "$KAITO_TEST_SERVER" || fail "keys and configuration could not be written"
wait_until etcd etcd_listens
start_apiserver
wait_until kube-apiserver api_serves
start_controllers
[[ -z $wait_controllers ]] || wait_until kube-controller-manager controllers_work

# In the background, so that a signal to this script is acted on at once; bash would hide the keyboard's signals from it.
umask "$callers_umask"
code=0
setpriv --pdeathsig TERM env --default-signal=INT,QUIT -- "${command[@]}" <&0 &
command_pid=$!
wait "$command_pid" || code=$?
exit "$code"
