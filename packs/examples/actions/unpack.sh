# Read NAME=value lines from standard input without evaluating them.
set -eu
while IFS='=' read -r key value; do
  if [ "$key" = name ] || [ "$key" = NAME ]; then
    value=${value#[\"\']}
    name=${value%[\"\']}
  fi
done
printf '{"name": "%s", "length": %d}\n' "$name" "${#name}"
