#!/bin/sh
# Two programs in build/: one with all protections that a compiler has, and one with none.
set -eu
mkdir -p build
gcc -O1 -fno-stack-protector -no-pie -z execstack -o build/loose -x c - <<'C'
int main(void) { char b[64]; __builtin_strcpy(b, "x"); return b[0] == 'y'; }
C
gcc -O2 -fstack-protector-strong -pie -fPIE -Wl,-z,relro,-z,now -D_FORTIFY_SOURCE=2 -s -o build/tight -x c - <<'C'
#include <stdio.h>
#include <string.h>
int main(int n, char **v) { char b[64]; strcpy(b, v[n - 1]); printf("%s\n", b); return 0; }
C
