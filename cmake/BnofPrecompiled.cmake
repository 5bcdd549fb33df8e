# bnof_precompile_widgets(<target>): what nearly every file with windows includes, parsed once a target. It halves
# the compiler's time there; targets of a few files lose more by making the header than they gain.
function(bnof_precompile_widgets target)
  target_precompile_headers(${target} PRIVATE
    <QAction> <QBoxLayout> <QComboBox> <QDialog> <QDir> <QFileInfo> <QHash> <QLabel> <QLineEdit> <QList> <QPainter>
    <QPointer> <QPushButton> <QStackedWidget> <QStringList> <QThread> <QTimer> <QVariant>
    <algorithm> <functional> <memory> <optional> <string> <variant> <vector>)
  bnof_precompiled_with_ccache(${target})
endfunction()

# bnof_precompile_tests(<target>): the same for the test programs, which take the header over from this target.
function(bnof_precompile_tests target)
  target_precompile_headers(${target} PRIVATE
    <QByteArray> <QDir> <QFile> <QString> <QStringList> <QTemporaryDir> <QtTest/QTest>
    <algorithm> <array> <atomic> <chrono> <cmath> <cstdint> <cstring> <filesystem> <functional> <map> <memory>
    <optional> <span> <string> <thread> <utility> <variant> <vector>
    "${PROJECT_SOURCE_DIR}/engine/base/json.h" "${PROJECT_SOURCE_DIR}/engine/base/result.h"
    "${PROJECT_SOURCE_DIR}/engine/base/types.h")
  bnof_precompiled_with_ccache(${target})
endfunction()

# For ccache: gcc names the header in what it preprocesses, clang's does not carry the time of its making.
function(bnof_precompiled_with_ccache target)
  target_compile_options(${target} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>
    $<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>)
  if(BNOF_CCACHE) # which otherwise passes by what uses a precompiled header
    set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros;${BNOF_CCACHE}")
  endif()
endfunction()
