// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/types_json.h"

namespace bnof {

Json toJson(const ChannelInfo& channel)
{
    Json out = Json::object();
    out.set("name", channel.name);
    out.set("quantity", channel.quantity);
    out.set("unit", channel.unit);
    out.set("gas", channel.gas);
    out.set("range_low", channel.rangeLow);
    out.set("range_high", channel.rangeHigh);
    return out;
}

ChannelInfo channelFromJson(const Json& json)
{
    ChannelInfo channel;
    channel.name = json["name"].toString();
    channel.quantity = json["quantity"].toString();
    channel.unit = json["unit"].toString();
    channel.gas = json["gas"].toString();
    channel.rangeLow = json["range_low"].toDouble();
    channel.rangeHigh = json["range_high"].toDouble();
    return channel;
}

} // namespace bnof
