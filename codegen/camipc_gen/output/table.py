# SPDX-License-Identifier: MIT
"""The list of outputs: which files the generator writes for each input."""

from typing import Dict, Iterable, List, NamedTuple, Tuple

from ..model import ir


class Output(NamedTuple):
    """One file for each input."""
    template: str
    name: str               # %s is the stem
    needs_interface: bool   # only for inputs that declare an interface


# By the words that --emit takes. Nothing else lists outputs: builds ask
# `camipc-gen outputs`.
OUTPUTS: Dict[str, Tuple[Output, ...]] = {
    "types": (Output("types.h.j2", "%s_ipa_types.h", False),
              Output("types.c.j2", "%s_ipa_types.c", False)),
    "serializer": (Output("serializer.h.j2", "%s_ipa_serializer.h", False),
                   Output("serializer.c.j2", "%s_ipa_serializer.c", False)),
    "interface": (Output("interface.h.j2", "%s_ipa_interface.h", True),
                  Output("interface.c.j2", "%s_ipa_interface.c", True)),
    "proxy": (Output("proxy.h.j2", "%s_ipa_proxy.h", True),
              Output("proxy.c.j2", "%s_ipa_proxy.c", True)),
    "worker": (Output("worker.h.j2", "%s_ipa_worker.h", True),
               Output("worker.c.j2", "%s_ipa_worker.c", True)),
    "proto": (Output("proto.j2", "%s.proto", False),),
    "cxx": (Output("types.hpp.j2", "%s_ipa_types.hpp", False),
            Output("proxy.hpp.j2", "%s_ipa.hpp", True),
            Output("module.hpp.j2", "%s_ipa_module.hpp", True)),
    # Beside cxx, whose Proxy then takes values, too.
    "cxx-values": (Output("values.hpp.j2", "%s_ipa_values.hpp", False),),
}

# What is generated unless --emit says otherwise. C++ is for those who want it.
DEFAULT: Tuple[str, ...] = tuple(word for word in OUTPUTS
                                 if not word.startswith("cxx"))


def outputs_of(module: ir.Module, emit: Iterable[str]
               ) -> List[Tuple[str, Output]]:
    """(file name, output) of what one input becomes, in the table's order."""
    wanted = set(emit)
    return [(output.name % module.stem, output)
            for word, outputs in OUTPUTS.items() if word in wanted
            for output in outputs
            if module.interfaces or not output.needs_interface]
