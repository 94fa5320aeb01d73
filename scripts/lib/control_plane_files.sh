# shellcheck shell=bash
# Keys, certificates and configuration files of one run of the control plane. The caller's umask keeps them private.

# issue_certificate DIR NAME SUBJECT EXTENSIONS: NAME.key and NAME.crt, signed by DIR/ca.
issue_certificate() {
  local dir=$1 name=$2 subject=$3 extensions=$4
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "$subject" -keyout "$dir/$name.key" |
    openssl x509 -req -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -days 7 -out "$dir/$name.crt" -extfile <(printf '%b' "$extensions")
}

# write_certificates DIR ADDRESS
write_certificates() {
  local dir=$1 address=$2
  openssl genrsa -out "$dir/service-account.key" 2048 &
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 7 -subj /CN=kaito-test-ca \
    -keyout "$dir/ca.key" -out "$dir/ca.crt"
  local names="DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:$address,IP:10.0.0.1"
  issue_certificate "$dir" server /CN=kube-apiserver "extendedKeyUsage=serverAuth\nsubjectAltName=$names\n"
  issue_certificate "$dir" client /O=system:masters/CN=cert-admin "extendedKeyUsage=clientAuth\n"
  wait $!
}

# write_control_plane_files DIR BIN ADDRESS SERVER: everything that a run needs before the API server starts. Exports
# KAITO_TEST_TOKEN and KAITO_TEST_TOKEN_LIMITED.
write_control_plane_files() {
  local dir=$1 bin=$2 address=$3 server=$4
  if ! write_certificates "$dir" "$address" 2>"$dir/logs/openssl.log"; then
    cat "$dir/logs/openssl.log" >&2
    return 1
  fi
  KAITO_TEST_TOKEN=$(openssl rand -hex 16)
  KAITO_TEST_TOKEN_LIMITED=$(openssl rand -hex 16)
  export KAITO_TEST_TOKEN KAITO_TEST_TOKEN_LIMITED
  printf 'Authorization: Bearer %s\n' "$KAITO_TEST_TOKEN" >"$dir/admin.header"
  cat >"$dir/tokens.csv" <<END
$KAITO_TEST_TOKEN,admin,uid-admin,"system:masters"
$KAITO_TEST_TOKEN_LIMITED,alice,uid-alice
END
  cat >"$dir/audit-policy.yaml" <<END
apiVersion: audit.k8s.io/v1
kind: Policy
rules: [{level: Metadata}]
END
  cat >"$dir/admin.kubeconfig" <<END
apiVersion: v1
kind: Config
current-context: test
contexts: [{name: test, context: {cluster: test, user: admin, namespace: default}}]
clusters: [{name: test, cluster: {server: "$server", certificate-authority: "$dir/ca.crt"}}]
users: [{name: admin, user: {token: "$KAITO_TEST_TOKEN"}}]
END
  # What kubectl remembers of other servers at this address must not reach this run.
  cat >"$dir/bin/kubectl" <<END
#!/bin/sh
exec "$bin/kubectl" --cache-dir="$dir/kubectl-cache" "\$@"
END
  chmod 700 "$dir/bin/kubectl"
}
