// SPDX-License-Identifier: GPL-3.0-or-later
// One section of the reference vectors of the streaming parts, which lie outside the project.
#pragma once

#include <string>

#include "engine/base/files.h"
#include "engine/base/json.h"

namespace bnof::test {

/// The cases of `section`, or an error when the file is not there.
inline Result<Json> streamVectors(const char* section)
{
    BNOF_TRY_ASSIGN(const std::string text, readFile(BNOF_TEST_SHARED_VECTORS "/stream_reference.json"));
    BNOF_TRY_ASSIGN(Json document, Json::parse(text, "stream_reference.json"));
    return Json(document["sections"][section]);
}

} // namespace bnof::test

#define BNOF_VECTORS_OR_SKIP(name, section)                                                                            \
    const auto name##Read = bnof::test::streamVectors(section);                                                        \
    if (!name##Read.ok())                                                                                              \
        QSKIP(("the reference vectors are not beside the checkout: " + name##Read.error().message()).c_str());         \
    const bnof::Json::Array& name = name##Read.value().items()
