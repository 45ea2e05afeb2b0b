# cmake -DOUT=x.cpp -DFILE=x.json -DHEADER=http/x.hpp -DNAME=function -P embed_text.cmake: a text file as a function that
# returns it. A literal holds at most 8 kB: compilers need not take longer ones.
file(READ "${FILE}" _content)
file(SHA256 "${FILE}" _checksum)
string(LENGTH "${_content}" _length)
set(_at 0)
set(_literals "")
while(_at LESS _length)
  string(SUBSTRING "${_content}" ${_at} 8000 _piece)
  string(APPEND _literals "R\"embedded(${_piece})embedded\"\n")
  math(EXPR _at "${_at} + 8000")
endwhile()
file(WRITE "${OUT}" "#include \"${HEADER}\"\n\nnamespace tracker::http {\n\nEmbeddedText ${NAME}() noexcept {\n  return {\n${_literals},\n\"${_checksum}\"};\n}\n\n}  // namespace tracker::http\n")
