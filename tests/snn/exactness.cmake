# The program that prints hashes of random networks (exactness_check), and the test that compares what it prints on
# this machine with what it prints on an emulated 64-bit ARM processor.
set(folder ${PROJECT_SOURCE_DIR}/tests/snn)
add_executable(exactness_check EXCLUDE_FROM_ALL ${folder}/exactness_check.cpp)
if(CMAKE_CROSSCOMPILING)
  # For a check that is built anew now and then: only what a simulation needs, each file once, compiled fast. A file
  # that the linker asks for has to leave the list below.
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/engine/base/*.cpp ${PROJECT_SOURCE_DIR}/engine/compute/*.cpp
    ${PROJECT_SOURCE_DIR}/engine/snn/*.cpp)
  list(FILTER sources EXCLUDE REGEX
    "/(configuration|[a-z]*_history|types_json|limits[a-z0-9_]*|surrogate[a-z0-9_]*|precision_monitor|clip_calibration|model_table|signed_weights|batch|cuda_batch|cuda_image|cuda_image_state|cuda_shape|cuda_spikes)\\.cpp$")
  target_sources(exactness_check PRIVATE ${sources})
  target_include_directories(exactness_check PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
  find_package(Threads REQUIRED)
  target_link_libraries(exactness_check PRIVATE Threads::Threads)
  return()
endif()
target_link_libraries(exactness_check PRIVATE bnof_snn)
set_target_properties(exactness_check PROPERTIES EXCLUDE_FROM_ALL OFF
  RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
add_test(NAME exactness_aarch64 COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR}
  -DBUILD=${PROJECT_BINARY_DIR}/aarch64 -DNATIVE=$<TARGET_FILE:exactness_check> -DGENERATOR=${CMAKE_GENERATOR}
  -P ${folder}/exactness_aarch64.cmake)
set_tests_properties(exactness_aarch64 PROPERTIES LABELS integration TIMEOUT 600 SKIP_REGULAR_EXPRESSION "^skipped: ")
