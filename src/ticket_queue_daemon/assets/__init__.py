"""Which machine, which lab, are they talking about?"""
