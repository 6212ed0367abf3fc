# Compiler settings and the one function that declares a layer's library.
#
# tilewright_library(NAME [MLIR] SOURCES... LINK...) makes the static library
# Tilewright<NAME>. With MLIR the sources see the precompiled MLIR header and
# link the shared libMLIR; without it they see LLVM's Support headers only, and
# including an MLIR header from such a layer is a review error.

add_compile_options(-Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers
                    -fno-exceptions -fno-rtti -fdiagnostics-color=always)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # ccache can only reuse objects built with a precompiled header whose
  # timestamp is not part of it.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
  add_link_options(-fuse-ld=lld)
endif()
if(TILEWRIGHT_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  foreach(lang C CXX)
    set(CMAKE_${lang}_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        ${CCACHE_PROGRAM})
  endforeach()
endif()

function(tilewright_library name)
  cmake_parse_arguments(ARG "MLIR" "" "SOURCES;LINK;DEPENDS" ${ARGN})
  set(target Tilewright${name})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(Tilewright::${name} ALIAS ${target})
  target_link_libraries(${target} PUBLIC ${ARG_LINK} LLVM)
  if(ARG_MLIR)
    target_link_libraries(${target} PUBLIC MLIR)
    target_precompile_headers(${target} REUSE_FROM TilewrightMlirHeaders)
    # Generated headers are few and quick; every MLIR layer waits for all.
    foreach(gen TilewrightTogSimIncGen TilewrightTmTensorIncGen TilewrightGraphIncGen TilewrightTransformsIncGen)
      if(TARGET ${gen})
        add_dependencies(${target} ${gen})
      endif()
    endforeach()
  endif()
  if(ARG_DEPENDS)
    add_dependencies(${target} ${ARG_DEPENDS})
  endif()
endfunction()

# Generates FILE in the current binary directory: a C string literal that changes
# with the sources of LAYERS, LLVM's version and the build type.
function(tilewright_build_id file)
  cmake_parse_arguments(ARG "" "" "LAYERS" ${ARGN})
  set(sources)
  foreach(layer ${ARG_LAYERS})
    file(GLOB_RECURSE files ${CMAKE_SOURCE_DIR}/lib/${layer}/*.cpp
         ${CMAKE_SOURCE_DIR}/lib/${layer}/*.h ${CMAKE_SOURCE_DIR}/include/tilewright/${layer}/*)
    list(APPEND sources ${files})
  endforeach()
  string(REPLACE ";" "|" names "${sources}")
  add_custom_command(OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${file}
    COMMAND ${CMAKE_COMMAND} "-DFILES=${names}" -DOUTPUT=${CMAKE_CURRENT_BINARY_DIR}/${file}
            -DPREFIX=${PROJECT_VERSION}-${LLVM_PACKAGE_VERSION}-${CMAKE_BUILD_TYPE}
            -P ${CMAKE_SOURCE_DIR}/cmake/HashFiles.cmake
    DEPENDS ${sources} ${CMAKE_SOURCE_DIR}/cmake/HashFiles.cmake VERBATIM
    COMMENT "Generating ${file}")
endfunction()
