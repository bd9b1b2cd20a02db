"""Pseudonyms: two words that say nothing about the person. No colour, nationality, sex, faith or
place; never derived from the name; not unique, which the reference is."""

import secrets

_FIRST = """
able early even calm clear close steady quiet plain fair still light open patient
prompt ready second simple smooth soft sound spare square stable sunny swift tidy upper
vital warm whole wide willing windy wintry gentle final frosty full further general genuine
glad grand great handy hardy helpful inner joint keen kindly large lasting
level linear lively long loyal main merry mild modest moving near neat
new next nimble noble normal northerly novel outer peaceful polite proper proud quick rapid
rare real regular restful round safe sandy settled
""".split()
_SECOND = """
anchor arch arrow badge barley basin basket bay beacon bell bench bracket branch bridge brook
cabin candle canyon cargo castle cedar chapter circle clock cloud coast compass corner cotton cove crane creek current delta desk dock door drift echo elm ember
engine falcon ferry field flint forest fountain gallery garden gate glacier glen grain granite
grove harbour hedge heron hill horizon island jetty journal kettle kite ladder lagoon
lake lamp larch leaf ledger linen loom magnet maple marble market marsh
meadow mill mirror moor mosaic mountain nest oak oasis orbit orchard otter paddle page parcel path
pebble pepper pillar pine planet plover pocket pond poplar portal prairie prism quarry quartz
quill rail rain ramp reed reef ribbon ridge river rudder saddle sail sand
satchel shelf shell shore signal silo slate spade spring spruce stable station stone stream summit
table tablet tale teapot thicket thimble tide timber tower trail tulip tunnel valley vessel
village violin wagon walnut water wave window wing winter wool yard
""".split()
FIRST = tuple(sorted(set(_FIRST)))
SECOND = tuple(sorted(set(_SECOND)))


def new_pseudonym() -> str:
    """Two words at random, such as “Steady Harbour”."""
    return f"{secrets.choice(FIRST)} {secrets.choice(SECOND)}".title()
