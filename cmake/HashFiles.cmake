# Writes OUTPUT: a C string literal with PREFIX and the hash of the contents of
# FILES (separated by '|').
string(REPLACE "|" ";" files "${FILES}")
set(all "")
foreach(file ${files})
  file(SHA256 ${file} hash)
  string(APPEND all "${hash}\n")
endforeach()
string(SHA256 hash "${all}")
file(WRITE ${OUTPUT} "\"${PREFIX}-${hash}\"\n")
