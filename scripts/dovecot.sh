#!/usr/bin/env bash
# A private IMAP server (Dovecot 2.3) for the tests, in a folder of its own; nothing of the machine's own is touched.
#
#   scripts/dovecot.sh start FOLDER    starts it and prints: PORT TLS_PORT USER PASSWORD CERTIFICATE MAILDIR
#   scripts/dovecot.sh stop FOLDER     stops it and removes the folder's content
#
# It needs no rights: root hands it to the user `nobody`. The Debian package is `dovecot-imapd`.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }
die() { say "dovecot.sh: $*"; exit 1; }

[ $# -eq 2 ] || { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2; exit 2; }
folder="$2"

if [ "$(id -u)" = 0 ]; then
  owner="nobody"
  as_owner() { if command -v runuser >/dev/null; then runuser -u "$owner" -- "$@"; else su -s /bin/sh "$owner" -c '"$@"' -- sh "$@"; fi; }
else
  owner="$(id -un)"
  as_owner() { "$@"; }
fi
group="$(id -gn "$owner")"

program() {
  local found
  for found in "$(command -v dovecot || true)" /usr/sbin/dovecot; do
    if [ -n "$found" ] && [ -x "$found" ]; then echo "$found"; return; fi
  done
  die "Dovecot is missing; install the package dovecot-imapd"
}

free_port() {
  local port
  while :; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 40000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
}

start() {
  local dovecot version port tls_port password try
  dovecot="$(program)"
  version="$("$dovecot" --version)"
  case "$version" in 2.3.*) ;; *) die "this knows the settings of Dovecot 2.3, and this is $version" ;; esac
  mkdir -p "$folder/mail/replies/cur" "$folder/mail/replies/new" "$folder/mail/replies/tmp"
  password="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout "$folder/key.pem" -out "$folder/certificate.pem" -config <(
    printf '%s\n' '[req]' 'distinguished_name = dn' 'x509_extensions = v' '[dn]' '[v]' \
      'subjectAltName = DNS:localhost,IP:127.0.0.1' 'basicConstraints = critical,CA:FALSE') 2>/dev/null || die "openssl could not make a certificate"
  chmod 755 "$folder"
  for try in 1 2 3 4 5; do
    port="$(free_port)"
    tls_port="$(free_port)"
    [ "$port" != "$tls_port" ] || continue
    cat > "$folder/dovecot.conf" <<CONF
base_dir = $folder/run
state_dir = $folder/state
log_path = $folder/log
protocols = imap
listen = 127.0.0.1
default_internal_user = $owner
default_internal_group = $group
default_login_user = $owner
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:$folder/mail/%u
mail_uid = $owner
mail_gid = $group
disable_plaintext_auth = no
ssl = yes
ssl_cert = <$folder/certificate.pem
ssl_key = <$folder/key.pem
passdb {
  driver = static
  args = password=$password
}
userdb {
  driver = static
  args = uid=$owner gid=$group home=$folder/mail/%u
}
namespace inbox {
  inbox = yes
  mailbox Done {
    auto = create
  }
}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $port
  }
  inet_listener imaps {
    port = $tls_port
    ssl = yes
  }
}
CONF
    [ "$(id -u)" != 0 ] || chown -R "$owner:$group" "$folder"
    if (cd / && as_owner "$dovecot" -c "$folder/dovecot.conf" >/dev/null 2>"$folder/start" </dev/null); then
      echo "$port $tls_port replies $password $folder/certificate.pem $folder/mail/replies"
      return
    fi
  done
  tail -n 5 "$folder/start" "$folder/log" >&2 2>/dev/null || true
  die "the server did not start"
}

stop() {
  if [ -f "$folder/dovecot.conf" ]; then
    (cd / && as_owner "$(program)" -c "$folder/dovecot.conf" stop >/dev/null 2>&1) || true
    rm -rf "${folder:?}"/*
  fi
}

case "$1" in
  start) start ;;
  stop) stop ;;
  *) die "start or stop?" ;;
esac
