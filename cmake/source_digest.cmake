# Writes OUT, a source file with the SHA-256 over names and contents of the files listed in LIST (one a line, relative
# to ROOT, sorted): what a report names beside the version of the program that made it.
file(STRINGS ${LIST} files)
set(all "")
foreach(file ${files})
  file(SHA256 ${ROOT}/${file} digest)
  string(APPEND all "${digest}  ${file}\n")
endforeach()
string(SHA256 digest "${all}")
file(CONFIGURE OUTPUT ${OUT} CONTENT "// SPDX-License-Identifier: GPL-3.0-or-later
#include \"app/report/source_digest.h\"

namespace bnof::report {

const char* sourceDigest()
{
    return \"${digest}\";
}

} // namespace bnof::report
" @ONLY)
