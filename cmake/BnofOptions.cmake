# Compiler settings that hold for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# gcc 12 sees overlaps in std::string that are not there once it inlines (GCC bug 105651).
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  string(APPEND CMAKE_CXX_FLAGS_RELEASE " -Wno-restrict")
endif()

# Results must not depend on the compiler's taste: a*b+c is fused only where the source says fma.
add_compile_options(-ffp-contract=off -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
if(BNOF_WARNINGS_ARE_ERRORS)
  add_compile_options(-Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-psabi)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # gcc 12's own std::stable_sort uses a function that it marks as deprecated.
  add_compile_options(-Wno-deprecated-declarations)
endif()
if(BNOF_SANITIZE)
  add_compile_options(-fsanitize=${BNOF_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(BNOF_SANITIZE MATCHES "address")
    # What the address sanitizer sees too, and a quarter of the compiler's time.
    add_compile_options(-fno-sanitize=null,object-size,pointer-overflow)
  endif()
  add_link_options(-fsanitize=${BNOF_SANITIZE})
endif()

find_program(BNOF_CCACHE ccache)
if(BNOF_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${BNOF_CCACHE})
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${BNOF_CCACHE})
endif()
find_program(BNOF_MOLD mold)
if(BNOF_MOLD AND NOT BNOF_SANITIZE AND NOT CMAKE_CROSSCOMPILING)
  add_link_options(-fuse-ld=mold)
endif()
