# The benchmarks as a library, so that both the command line and tests/benchmarks run them.
add_library(bnof_bench STATIC
  ${CMAKE_CURRENT_LIST_DIR}/bench.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench.h
  ${CMAKE_CURRENT_LIST_DIR}/bench_cache.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_codecs.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_experiments.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_failover.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_ingest.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_ingest_load.h
  ${CMAKE_CURRENT_LIST_DIR}/bench_ingest_load_linux.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_hdf.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_hdf.h
  ${CMAKE_CURRENT_LIST_DIR}/bench_linux.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_limits.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_measure.h
  ${CMAKE_CURRENT_LIST_DIR}/bench_networks.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_networks.h
  ${CMAKE_CURRENT_LIST_DIR}/bench_olfaction.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_peers.h
  ${CMAKE_CURRENT_LIST_DIR}/bench_peers_linux.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_pipeline.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_precision.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_ranges.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_decoders.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_sensing.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_snn.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_spikes.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_spikes.h
  ${CMAKE_CURRENT_LIST_DIR}/bench_storage.cpp
  ${CMAKE_CURRENT_LIST_DIR}/bench_tuning.cpp)
target_include_directories(bnof_bench PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_link_libraries(bnof_bench PUBLIC bnof_base PRIVATE bnof_compute bnof_snn bnof_cache bnof_pipeline bnof_recording bnof_sensing
  bnof_olfaction bnof_tuning bnof_session SQLite::SQLite3 ${BNOF_HDF5_LIBRARY})
target_include_directories(bnof_bench SYSTEM PRIVATE ${BNOF_HDF5_INCLUDE})
# What cache.hit_similar is held against; without it the benchmark says so.
find_path(FAISS_INCLUDE_DIR faiss/IndexBinaryHash.h)
find_library(FAISS_LIBRARY faiss)
find_package(OpenMP QUIET COMPONENTS CXX) # Debian has faiss as a static library, which names neither
find_package(LAPACK QUIET)
if(FAISS_INCLUDE_DIR AND FAISS_LIBRARY AND OpenMP_CXX_FOUND AND LAPACK_FOUND)
  target_include_directories(bnof_bench SYSTEM PRIVATE ${FAISS_INCLUDE_DIR})
  target_link_libraries(bnof_bench PRIVATE ${FAISS_LIBRARY} OpenMP::OpenMP_CXX LAPACK::LAPACK)
  target_compile_definitions(bnof_bench PRIVATE BNOF_WITH_FAISS)
else()
  message(STATUS "bench: libfaiss-dev with LAPACK and OpenMP not found, so cache.hit_similar is not held against it")
endif()
# The same for pipeline.critical_latency.
find_package(TBB QUIET)
if(TBB_FOUND)
  target_link_libraries(bnof_bench PRIVATE TBB::tbb)
  target_compile_definitions(bnof_bench PRIVATE BNOF_WITH_TBB)
else()
  message(STATUS "bench: libtbb-dev not found, so the pipeline is not held against it")
endif()
# Where the data that some benchmarks ask for may lie beside a source checkout.
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/bench_precision.cpp PROPERTIES COMPILE_DEFINITIONS
  BNOF_BENCH_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
